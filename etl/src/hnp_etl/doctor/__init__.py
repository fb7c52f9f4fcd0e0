"""What this machine offers a build: looked at in seconds, before hours are spent."""
