"""What a Series Description and other free text say. Pure."""
