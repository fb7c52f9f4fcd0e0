"""What readers say against labels, and what follows when several read. Pure."""
