"""An assignment as a student has it: a release without any key, answers that are kept, and one file to hand in."""
