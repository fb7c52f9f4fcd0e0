"""Pages that people work in, offline: slices to read, to correct, and to learn from."""
