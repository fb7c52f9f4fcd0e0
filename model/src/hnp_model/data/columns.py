"""Further numbers of the manifest that a network may be given beside the four tabular inputs."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from hnp_shared.errors import InputError

NO_INPUTS = ("age", "canal_width_mm", "level", "row", "frame")
"""Numbers that are inputs already, or say only where pixels lie."""

TRUTH = ("is_patient", "label_code")

Numbers = npt.NDArray[np.float64]


def refuse_columns(table: Any, names: Iterable[str]) -> None:  # noqa: ANN401  # pyarrow has no types
    """Refuse columns that a network cannot be given.

    Raises:
        InputError: one is the truth, no number, an input already, or not there; names those that
            can be.
    """
    numeric = _numeric(table)
    for name in names:
        if name in numeric:
            continue
        if name in TRUTH:
            found = f"{name}, which is the truth"
        elif name in NO_INPUTS:
            found = f"{name}, which is an input already or tells of no person"
        elif name in table.column_names:
            found = f"{name}, which holds no numbers"
        else:
            found = f"no column {name!r} in the manifest"
        raise InputError(f"found {found}; expected for --columns any of {', '.join(numeric)}")


def read_columns(table: Any, names: Iterable[str]) -> Mapping[str, Numbers]:  # noqa: ANN401
    """Return column -> its numbers, (slice,); NaN where missing, all of a column that is not there.

    Raises:
        InputError: a column holds no numbers.
    """
    found = {}
    for name in names:
        if name not in table.column_names:
            found[name] = np.full(table.num_rows, np.nan)
            continue
        refuse_columns(table, [name])
        values = np.array(table.column(name).to_pylist(), dtype=np.float64)
        found[name] = np.where(np.isfinite(values), values, np.nan)
    return found


def _numeric(table: Any) -> tuple[str, ...]:  # noqa: ANN401  # as above
    kinds = zip(table.column_names, table.schema.types, strict=True)
    numbers = (
        name
        for name, kind in kinds
        if str(kind).startswith(("int", "uint", "float", "double", "halffloat"))
    )
    return tuple(name for name in numbers if name not in NO_INPUTS)
