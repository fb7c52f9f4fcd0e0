"""Slices of a data set as arrays and tables, for training and for measuring."""
