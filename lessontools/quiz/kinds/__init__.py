"""The kinds of question, a family a module."""
