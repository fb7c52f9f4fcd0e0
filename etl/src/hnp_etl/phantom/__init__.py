"""Invented patients with known discs, written as the hospitals' folders would be: test data."""

from hnp_etl.phantom.handed_over import Labels
from hnp_etl.phantom.labels import LabelStyle
from hnp_etl.phantom.layouts import TreeLayout
from hnp_etl.phantom.planted import Faults
from hnp_etl.phantom.traps import Trap
from hnp_etl.phantom.tree import PhantomConfig, PhantomReport, write_phantom

__all__ = [
    "Faults",
    "LabelStyle",
    "Labels",
    "PhantomConfig",
    "PhantomReport",
    "Trap",
    "TreeLayout",
    "write_phantom",
]
