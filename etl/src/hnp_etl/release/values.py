"""Which values a column may hold: closed lists, digests, and numbers within bounds. Pure.

An allow-list, for what could name a person has no end of forms.
"""

import re
from collections.abc import Callable, Collection, Mapping

from hnp_etl.descriptions.legible import is_legible
from hnp_etl.release.finding import Clue
from hnp_shared.vocabulary import (
    LEVEL_NAMES,
    MAX_AGE_YEARS,
    PARTITIONS,
    SEXES,
    UNKNOWN_HOSPITAL,
    WEIGHTING_SOURCES,
    Flag,
    Kind,
    Reason,
    State,
    Vendor,
)

_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHARD = re.compile(r"[0-9a-f]{16}\.npz")
# "H01", "site 3", "B", "병원2"; a hospital of another name is told by whoever built the data set.
_HOSPITAL = re.compile(r"[A-Za-z]{0,2}[0-9]{1,3}|[A-Za-z]")
# "4", "3,5", "Severe", "Normal/Mild"
_CODE = re.compile(r"[A-Za-z]{0,2}[0-9]{0,2}")

# What has the form of something that identifies; the first that fits tells what a text is.
_FORMS: tuple[tuple[Clue, re.Pattern[str]], ...] = (
    (Clue.UID, re.compile(r"\d+(?:\.\d+){3,}|[A-Za-z]:\\|/\w+/\w+|\\\\\w+|\b\w+://")),
    (
        Clue.DATE,
        re.compile(
            r"(?<!\d)(?:19|20)\d{2}[-./년 ]{0,2}(?:0?[1-9]|1[0-2])[-./월 ]{0,2}\d{1,2}(?!\d)"
            r"|(?<!\d)\d{1,2}([-./])\d{1,2}\1\d{2,4}(?!\d)|(?<!\d)\d{1,2}:\d{2}(?!\d)"
        ),
    ),
    (Clue.CONTACT, re.compile(r"@|(?:\d[ .-]?){6,}")),
)

RANGES: Mapping[str, tuple[float, float]] = {
    "level": (0, len(LEVEL_NAMES) - 1),
    "age": (0, MAX_AGE_YEARS),
    "canal_width_mm": (0, 2000),
    "row": (0, 2**20),
    "frame": (1, 2**20),
    "source_rows": (1, 2**16),
    "source_cols": (1, 2**16),
    "pixel_row_mm": (0, 100),
    "pixel_col_mm": (0, 100),
    "slice_thickness_mm": (0, 500),
    "slice_position_mm": (-10_000, 10_000),
    "tilt_deg": (0, 180),
    "echo_time_ms": (0, 10_000),
    "repetition_time_ms": (0, 100_000),
    "field_strength_t": (0, 20),
    "source_min": (-1e9, 1e9),
    "source_max": (-1e9, 1e9),
}
"""Number -> what it may lie between; a date or a record number is beyond."""

FURTHER = (-100_000.0, 100_000.0)
"""Bounds of a column that a hospital's table has brought: beyond, 19870304 and the like begin."""


def _of(words: Collection[str]) -> Callable[[str], bool]:
    return frozenset(map(str, words)).__contains__


def _is_hospital(text: str) -> bool:
    return bool(_HOSPITAL.fullmatch(text)) or text == UNKNOWN_HOSPITAL or is_legible(text)


def _is_code(text: str) -> bool:
    return all(_CODE.fullmatch(each) or is_legible(each) for each in text.split(","))


def _like(form: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: form.fullmatch(text) is not None


TEXTS: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(("slice_id", "patient_id", "study_id", "series_id", "file_id"), _like(_ID)),
    "pixel_sha256": _like(_DIGEST),
    "shard": _like(_SHARD),
    "hospital": _is_hospital,
    "label_code": _is_code,
    "partition": _of(PARTITIONS),
    "level_name": _of(LEVEL_NAMES),
    "sex": _of(SEXES),
    "vendor": _of((*Vendor,)),
    "weighting_from": _of(WEIGHTING_SOURCES),
    "flags": _of((*Flag,)),
    "kind": _of((*Kind, "archive")),
    "state": _of((*State,)),
    "reason": _of((*Reason, "ENCRYPTED")),
}
"""Text -> whether it may be there."""


def clue_of(text: str) -> Clue:
    """Return what a text looks like that no list has."""
    cut = text[:256]
    return next((clue for clue, form in _FORMS if form.search(cut)), Clue.TEXT)


def looks_like(text: str) -> Clue | None:
    """Return what a text has the form of, None where it has none of the known ones."""
    found = clue_of(text)
    return None if found is Clue.TEXT else found
