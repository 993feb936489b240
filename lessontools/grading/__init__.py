"""Grading: hand-ins -> marks. Keys stay in the parent; a learner's code runs in a cage and returns plain data."""
