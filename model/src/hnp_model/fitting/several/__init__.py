"""Processes that share a training."""
