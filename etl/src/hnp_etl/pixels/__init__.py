"""From an encoded frame to a stored array."""
