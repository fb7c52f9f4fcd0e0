"""Invented patients with known discs, written as the hospitals' folders would be: test data."""

from hnp_etl.phantom.tree import PhantomConfig, PhantomReport, TreeLayout, write_phantom

__all__ = ["PhantomConfig", "PhantomReport", "TreeLayout", "write_phantom"]
