"""A run as one file that other programs can use, and such a file looked at before it is trusted."""
