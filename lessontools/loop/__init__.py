"""A training loop: cell -> Trace -> Findings -> picture."""
