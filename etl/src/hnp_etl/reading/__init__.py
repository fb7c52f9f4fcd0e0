"""What a file says, read in a worker and sealed for the state."""
