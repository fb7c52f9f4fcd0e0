"""What could make a model look better than it is: leaks, shortcuts, and what leakage is worth."""
