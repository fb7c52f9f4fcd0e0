"""Measures this project against its peers and its floors: one command, one table of ratios."""
