"""Models that see no picture: what a network has to beat."""
