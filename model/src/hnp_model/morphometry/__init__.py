"""Masks measured: disc, annulus and sac in mm, each value with an interval or a reason."""
