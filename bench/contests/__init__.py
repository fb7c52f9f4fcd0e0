"""The contests: which programs are run against each other, and on what."""
