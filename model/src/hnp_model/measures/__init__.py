"""Figures from labels and scores, with their intervals. Pure."""
