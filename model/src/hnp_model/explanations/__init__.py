"""What a network looks at: maps of single slices, and what they say of all."""
