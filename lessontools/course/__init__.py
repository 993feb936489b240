"""The author's and instructor's journey: build, check, release, grade."""
