"""What a learner sees: one panel, one page component, and Markdown made safe."""
