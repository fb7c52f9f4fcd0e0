"""Measures of a table as arrays, slice by slice in a given order."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hnp_model.morphometry.agreeing import Told
from hnp_model.morphometry.catalogue import NAMES
from hnp_model.morphometry.table import DATASET_KEY, read_measures
from hnp_shared.errors import InputError


def slice_ids_of(path: Path) -> list[str]:
    """Return the slices of a table of measures, in its order.

    Raises:
        InputError: it is none.
        StorageError: it could not be read.
    """
    return list(dict.fromkeys(read_measures(path).column("slice_id").to_pylist()))


def read_told(
    path: Path, slice_ids: Sequence[str], dataset_id: str | None = None
) -> dict[str, Told]:
    """Return measure -> its values of some slices; NaN where missing.

    Args:
        path: of measures.parquet.
        slice_ids: which, in the order wanted.
        dataset_id: of the data set that they should be of; None: whichever.

    Raises:
        InputError: it is no table of measures, or of another data set.
        StorageError: it could not be read.
    """
    table = read_measures(path)
    stated = (table.schema.metadata or {}).get(DATASET_KEY, b"").decode("ascii", "replace")
    if dataset_id and stated and stated != dataset_id:
        raise InputError(f"the measures are of data set {stated}, expected {dataset_id}")
    place = {slice_id: at for at, slice_id in enumerate(slice_ids)}
    arrays = {name: np.full((3, len(slice_ids)), np.nan) for name in NAMES}
    columns = ("slice_id", "measure", "value", "low", "high")
    rows = zip(*(table.column(name).to_pylist() for name in columns), strict=True)
    for slice_id, name, *numbers in rows:
        if slice_id in place and name in arrays:
            arrays[name][:, place[slice_id]] = [np.nan if n is None else n for n in numbers]
    return {name: Told(*found) for name, found in arrays.items() if np.isfinite(found[0]).any()}
