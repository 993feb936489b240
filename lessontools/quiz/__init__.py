"""A question: YAML -> screen -> answer -> mark."""
