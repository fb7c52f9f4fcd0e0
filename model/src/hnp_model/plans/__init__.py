"""How many patients a study needs, before any is spent on it."""
