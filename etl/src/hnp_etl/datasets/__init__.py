"""Data sets as wholes: compared, gated, merged, kept tidy."""
