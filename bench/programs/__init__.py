"""What is run as a process of its own; peers' programs import nothing of the project."""
