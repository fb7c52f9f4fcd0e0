"""The one door through which source files are opened."""
