"""Why a slice differs between two data sets: its file, its label, the recipe or the tool. Pure.

Data sets do not keep what they were made from, so a cause is what fits best, in this order: a file
that only one of them met; a reader's correction, where a slice is left out or flagged `corrected`;
a section of the recipe on which the difference depends, if it differs; the program, if its version
differs; the label, where only values from labels differ; the file. Where only further columns
differ, it is the table that they were joined from.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hnp_shared.columns import MANIFEST
from hnp_shared.vocabulary import Flag, Reason


class Cause(StrEnum):
    """What made a difference."""

    CORRECTION = "correction"
    FILE = "file"
    LABEL = "label"
    RECIPE = "recipe"
    TOOL = "tool"
    TABLE = "table"


_OURS = frozenset(column.name for column in MANIFEST)
_IDS = frozenset({"patient_id", "study_id", "series_id"})
_FROM_LABEL = frozenset(
    {"level", "level_name", "label_code", "is_patient", "age", "sex", "canal_width_mm"}
)
_LABEL_FLAGS = frozenset({Flag.AGE_DECADE, Flag.BAD_AGE, Flag.BAD_CANAL_WIDTH, Flag.BAD_SEX})
_FOLLOW = frozenset({Flag.LEVEL_ORDER, Flag.PATIENT_SUSPECT, Flag.PATIENT_FROM_STUDY})
"""Flags that a correction of one slice may bring to or take from others of its patient."""

_LABEL_REASONS = frozenset(
    {Reason.NO_LABEL, Reason.LABEL_REJECTED, Reason.CODE_UNMAPPED, Reason.NO_LEVEL}
    | {Reason.LEVEL_AMBIGUOUS, Reason.MISSING_FIELD}
)
_OF_COLUMNS: dict[str, frozenset[str]] = {
    "layout": frozenset({"hospital", "partition", "flags"}) | _IDS | _FROM_LABEL,
    "identity": _IDS | {"flags"},
    "label": _IDS | _FROM_LABEL | {"flags"},
    "selection": frozenset({"weighting_from", "flags"}),
    "image": frozenset(
        {"pixel_sha256", "pixel_row_mm", "pixel_col_mm", "source_min", "source_max"}
    ),
}
_OF_REASONS: dict[str, frozenset[Reason]] = {
    "layout": _LABEL_REASONS | {Reason.NOT_PROCEDURE, Reason.NO_LABEL},
    "identity": frozenset({Reason.MISSING_FIELD, Reason.DUPLICATE}),
    "label": _LABEL_REASONS,
    "selection": frozenset(
        {Reason.PLANE_UNKNOWN, Reason.NOT_AXIAL, Reason.WEIGHTING_UNKNOWN, Reason.NOT_T2}
    ),
    "image": frozenset({Reason.MISSING_FIELD, Reason.FLAT_IMAGE, Reason.DUPLICATE}),
    "limits": frozenset({Reason.TOO_LARGE, Reason.TOO_DEEP, Reason.NOT_DICOM, Reason.BAD_HEADER})
    | {Reason.LABEL_REJECTED, Reason.TRUNCATED, Reason.CRASHED, Reason.TIMEOUT},
}
"""Section of the recipe -> columns and reasons that depend on it."""


@dataclass(frozen=True, slots=True)
class Between:
    """What differs between two data sets as wholes.

    Attributes:
        sections: of the recipe, those that differ.
        tool: whether the program's version differs.
        corrections: whether other files of corrections were applied.
    """

    sections: frozenset[str]
    tool: bool
    corrections: bool = False


def cause_of_absence(reason: Reason | None, between: Between) -> Cause:
    """Return why a slice is in one data set only.

    Args:
        reason: of its file where it is no slice; None when the file was not met there.
        between: the two data sets.
    """
    if reason is None:
        return Cause.FILE
    if reason is Reason.EXCLUDED:
        return Cause.CORRECTION
    if any(reason in _OF_REASONS.get(section, ()) for section in between.sections):
        return Cause.RECIPE
    if between.tool:
        return Cause.TOOL
    return Cause.LABEL if reason in _LABEL_REASONS else Cause.FILE


def cause_of_change(
    columns: Iterable[str],
    flags: frozenset[str],
    identity: str,
    between: Between,
    *,
    corrected: bool = False,
) -> Cause:
    """Return why a slice that is in both data sets differs.

    Args:
        columns: that differ.
        flags: that only one of the two rows has.
        identity: where the patient values of the hospital come from.
        between: the two data sets.
        corrected: whether one of the two rows is flagged so.
    """
    differing = frozenset(columns) & _OURS
    if not differing:
        return Cause.TABLE  # a build writes no further columns
    if between.corrections and _by_correction(differing, flags, corrected=corrected):
        return Cause.CORRECTION
    if any(differing & _OF_COLUMNS.get(section, frozenset()) for section in between.sections):
        return Cause.RECIPE
    if between.tool:
        return Cause.TOOL
    by_label = _FROM_LABEL | (_IDS if identity == "label" else frozenset())
    by_label |= {"flags"} if flags <= _LABEL_FLAGS else frozenset()
    return Cause.LABEL if differing <= by_label else Cause.FILE


def _by_correction(columns: frozenset[str], flags: frozenset[str], *, corrected: bool) -> bool:
    """Tell whether a correction explains what differs, be it of another slice of the patient."""
    if corrected:
        return columns <= _FROM_LABEL | _IDS | {"flags"}
    return columns <= _IDS | {"flags"} and flags <= _FOLLOW
