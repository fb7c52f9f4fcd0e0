"""A finished data set as a stranger reads it: what in it could tell who somebody is."""
