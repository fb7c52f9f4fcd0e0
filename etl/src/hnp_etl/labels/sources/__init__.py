"""Where labels come from: one module a source, one row each in the catalogue."""
