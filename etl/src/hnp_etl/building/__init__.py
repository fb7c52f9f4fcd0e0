"""The stages of a build in their order, from folders to a committed data set."""
