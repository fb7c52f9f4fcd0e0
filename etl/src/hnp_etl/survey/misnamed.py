"""Files that hold DICOM although their names do not say so; a few of each suffix are tried."""

import os
import re
from collections import Counter
from collections.abc import Iterable

from hnp_etl.state.counts import FileMet
from hnp_etl.survey.plain_files import open_plain

TRIED_A_SUFFIX = 5
"""Files of one suffix that are opened."""

_PREAMBLE_BYTES = 128
_MAGIC = b"DICM"
_PLAIN_SUFFIX = re.compile(r"\.[A-Za-z]{1,6}")


def misnamed_images(files: Iterable[FileMet]) -> dict[str, int]:
    """Return suffix -> files with it, for suffixes under which DICOM was found (PS3.10 7.1)."""
    met, tried, found = Counter[str](), Counter[str](), set[str]()
    for file in files:
        name = file.path.rpartition("/")[2]
        suffix = os.path.splitext(name)[1].casefold()  # noqa: PTH122  # Path() drops trailing blanks
        suffix = suffix if _PLAIN_SUFFIX.fullmatch(suffix) else "other suffixes"
        met[suffix] += 1
        if (
            not name.startswith(".")
            and file.size > _PREAMBLE_BYTES
            and tried[suffix] < TRIED_A_SUFFIX
        ):
            tried[suffix] += 1
            if _holds_dicom(file.raw):
                found.add(suffix)
    return {suffix: met[suffix] for suffix in sorted(found)}


def _holds_dicom(raw: bytes) -> bool:
    try:
        with open_plain(raw) as file:
            return file.read(_PREAMBLE_BYTES + len(_MAGIC)).endswith(_MAGIC)
    except OSError:
        return False
