"""One hospital as test, and the others split: for each hospital that leaves enough behind."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_model.splits.grouping import group_slices
from hnp_shared.counted import counted
from hnp_shared.errors import InputError

_LONGEST = 64
_FILE_NAME = re.compile(rf"(?!\.)[\w .()+-]{{1,{_LONGEST}}}")
"""A hospital that names a split file: `H01`, `site 3`, `서울병원`; no path, no line."""

SplitRest = Callable[[Slices, npt.NDArray[np.int64]], Strings]
"""From the slices of the other hospitals, and their groups, to the part of each, (slice,)."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The parts with each hospital as test, and why others cannot be.

    Attributes:
        parts: hospital -> part of each slice, (slice,).
        passed_over: hospital -> reason.
    """

    parts: dict[str, Strings]
    passed_over: dict[str, str]


def leave_hospitals_out(slices: Slices, split_rest: SplitRest) -> LeftOut:
    """Return the parts with one hospital as test, for each hospital that can be.

    Raises:
        InputError: there is one hospital only, or none can be left out.
    """
    hospitals = np.unique(slices.hospital).tolist()
    if len(hospitals) < 2:
        raise InputError(f"found one hospital ({hospitals[0]}), expected at least two to leave out")
    _refuse_no_file_names(hospitals)
    groups = group_slices(slices)
    found = LeftOut({}, {})
    for hospital in hospitals:
        try:
            found.parts[hospital] = _leave_out(slices, groups, hospital, split_rest)
        except InputError as error:
            found.passed_over[hospital] = str(error)
    if not found.parts:
        told = "; ".join(f"{name}: {reason}" for name, reason in found.passed_over.items())
        raise InputError(f"no hospital can be left out: {told}")
    return found


def _refuse_no_file_names(hospitals: list[str]) -> None:
    """Refuse hospitals whose names, as part of a split file's, would lead elsewhere."""
    odd = [name for name in hospitals if not _FILE_NAME.fullmatch(name)]
    if odd:
        raise InputError(
            f"{counted(len(odd), 'hospital')} of {len(hospitals):,} can be no part of a file's "
            f"name, expected letters, digits, blanks, '_', '-' and '.', {_LONGEST} at most"
        )


def _leave_out(
    slices: Slices, groups: npt.NDArray[np.int64], hospital: str, split_rest: SplitRest
) -> Strings:
    """Return the parts, or say why there are none.

    Raises:
        InputError: too few patients are left, or a part that needs both classes has one.
    """
    # A group that also has slices elsewhere goes whole: a patient must not sit on both sides.
    out = np.isin(groups, groups[slices.hospital == hospital])
    if out.all():
        raise InputError("every patient has a slice from there, none is left to train on")
    rest = np.unique(groups[~out], return_inverse=True)[1]
    parts = np.full(len(slices), "test", dtype="<U5")
    try:
        parts[~out] = split_rest(slices.take(~out), rest)
    except InputError as error:
        raise InputError(f"without it {error}") from error
    for part in ("test", "train"):
        positive = slices.is_patient[parts == part]
        if positive.size and (positive.all() or not positive.any()):
            raise InputError(f"slices of one class only would be in {part}")
    return parts
