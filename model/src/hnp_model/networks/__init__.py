"""The networks: the reference report's, and a small one that trains quickly on a CPU."""
