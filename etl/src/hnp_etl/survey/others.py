"""Files that are neither images nor labels by their names, and whether that is so."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hnp_etl.state.counts import FileMet
from hnp_etl.survey.plain_files import open_plain

TRIED_A_SUFFIX = 5
"""Files of one suffix that are opened."""

_TABLES = frozenset([".csv", ".tsv", ".xlsx", ".xls"])
_PREAMBLE_BYTES = 128
_MAGIC = b"DICM"
_PLAIN_SUFFIX = re.compile(r"\.[a-z]{1,6}\d?")


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """Other files by suffix.

    Attributes:
        suffixes: suffix -> files; "" for names that begin with a dot or have an odd suffix.
        holding_dicom: suffixes under which DICOM was found.
    """

    suffixes: Mapping[str, int]
    holding_dicom: tuple[str, ...]

    @property
    def tables(self) -> int:
        """Files that may be tables of labels."""
        return sum(count for suffix, count in self.suffixes.items() if suffix in _TABLES)


def look_at_others(files: Iterable[FileMet]) -> OtherFiles:
    """Count other files by suffix, and try a few of each for DICOM (PS3.10 7.1)."""
    met, tried, found = Counter[str](), Counter[str](), set[str]()
    for file in files:
        suffix = _suffix_of(file.path.rpartition("/")[2])
        met[suffix] += 1
        if suffix and file.size > _PREAMBLE_BYTES and tried[suffix] < TRIED_A_SUFFIX:
            tried[suffix] += 1
            if _holds_dicom(file.raw):
                found.add(suffix)
    return OtherFiles(dict(sorted(met.items())), tuple(sorted(found)))


def _suffix_of(name: str) -> str:
    suffix = os.path.splitext(name)[1].casefold()  # noqa: PTH122  # Path() drops trailing blanks
    return suffix if not name.startswith(".") and _PLAIN_SUFFIX.fullmatch(suffix) else ""


def _holds_dicom(raw: bytes) -> bool:
    try:
        with open_plain(raw) as file:
            return file.read(_PREAMBLE_BYTES + len(_MAGIC)).endswith(_MAGIC)
    except OSError:
        return False
