"""How slices were to be acquired, and whether a data set's were."""
