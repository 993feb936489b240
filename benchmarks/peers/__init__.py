"""How each of the other tools is put to the same scripts: one adapter each, run in an environment of its own."""
