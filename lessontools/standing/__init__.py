"""A learner's standing: record -> mastery, misconceptions, what to review today."""
