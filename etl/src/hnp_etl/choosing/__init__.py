"""What fits: plane, weighting, region, level, and the first reason against an image. Pure."""
