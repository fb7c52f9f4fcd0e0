"""Runs judged on a split: one, several against each other, and folds."""
