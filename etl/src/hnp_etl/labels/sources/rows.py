"""Any label file of many labels as rows of leaves, free of what a recipe makes of them. Pure."""

import json
from collections.abc import Sequence

from hnp_etl.labels.document import Leaf, leaves_from_json, leaves_to_json
from hnp_etl.labels.sources.study import study_rows
from hnp_etl.labels.sources.table import csv_rows, excel_rows
from hnp_etl.limits import Limits
from hnp_etl.recipes.recipe import LabelSource


def rows_of(
    content: bytes, source: LabelSource, limits: Limits, *, excel: bool
) -> list[tuple[Leaf, ...]]:
    """Return the rows of a label file.

    Raises:
        FileError: why the file cannot be used.
    """
    if source == "study-json":
        return study_rows(content, limits.depth)
    return excel_rows(content, limits.label_bytes) if excel else csv_rows(content)


def entries_to_json(rows: Sequence[tuple[Leaf, ...]]) -> str:
    """Return rows as JSON, for the private state."""
    return json.dumps([leaves_to_json(row) for row in rows])


def entries_from_json(text: str) -> list[tuple[Leaf, ...]]:
    """Return the rows that `entries_to_json` wrote."""
    return [leaves_from_json(row) for row in json.loads(text)]
