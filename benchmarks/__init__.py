"""What the README's figures are measured with; run each by hand: python -m benchmarks.import_cost."""
