"""The private folder: the key, pseudonyms, and who is who."""
