"""What is there: the walk below the sources, and what paths tell."""
