"""The catalogue of label sources: one row each, and one module in `labels/sources` that reads it.

Only names lie here, for a recipe is checked against them; a module is imported when files of its
source are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelSource:
    """Where labels come from.

    Attributes:
        suffixes: endings of names by which its files are known, in lower case.
        module: an `EntrySource`, for files that hold many labels; None where a file is one label.
    """

    suffixes: frozenset[str]
    module: str | None = None


TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})
"""Names of tables; what is not read, a locked, old or binary one, is told, not passed over."""

_MODULES = "hnp_etl.labels.sources"

LABEL_SOURCES: Mapping[str, LabelSource] = {
    "json": LabelSource(frozenset({".json"})),
    "table": LabelSource(TABLE_SUFFIXES, f"{_MODULES}.table"),
    "study-json": LabelSource(frozenset({".json"}), f"{_MODULES}.study"),
    "rsna": LabelSource(frozenset({".csv"}), f"{_MODULES}.rsna"),
    "labelme": LabelSource(frozenset({".json"}), f"{_MODULES}.labelme"),
    "coco": LabelSource(frozenset({".json"}), f"{_MODULES}.coco"),
    "cvat": LabelSource(frozenset({".xml"}), f"{_MODULES}.cvat"),
    "via": LabelSource(frozenset({".json", ".csv"}), f"{_MODULES}.via"),
    "label-studio": LabelSource(frozenset({".json"}), f"{_MODULES}.label_studio"),
    "none": LabelSource(frozenset()),
}
"""As a recipe names them; `none` is a data set without labels."""
