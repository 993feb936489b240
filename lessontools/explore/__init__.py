"""Pieces to play with: a player through recorded frames, and sliders over a function."""
