"""Tries on the user's own machine what the tests promise: short, offline, in a temporary folder."""
