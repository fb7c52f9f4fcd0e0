"""Columns of a manifest beyond the contract's, which were joined from a hospital's table. Pure."""

from collections.abc import Sequence

import pyarrow as pa

from hnp_shared.columns import MANIFEST, Column, Privacy
from hnp_shared.errors import InputError

_OURS = frozenset(column.name for column in MANIFEST)


def further_columns(manifests: Sequence[pa.Table]) -> list[Column]:
    """Return the further columns that any of several manifests has, by name.

    Raises:
        InputError: two have one of a name that holds numbers in one, and something else in another.
    """
    found: dict[str, pa.DataType] = {}
    for field in (field for manifest in manifests for field in manifest.schema):
        if field.name not in _OURS and found.setdefault(field.name, field.type) != field.type:
            raise InputError(
                f"column {field.name} is {found[field.name]} in one data set and {field.type} in "
                "another, expected one type; hnp-etl extend gives it another name"
            )
    return [Column(name, found[name], True, Privacy.QUASI, "further") for name in sorted(found)]


def completed(manifest: pa.Table, further: Sequence[Column]) -> pa.Table:
    """Return a manifest with all further columns; null where it had none."""
    for column in further:
        if column.name not in manifest.column_names:
            manifest = manifest.append_column(column.name, pa.nulls(len(manifest), column.type))
    return manifest
