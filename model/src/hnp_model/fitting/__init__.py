"""From a split to a trained network."""
