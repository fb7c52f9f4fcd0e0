"""Files that are neither images nor labels by their names, and whether that is so."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.state.counts import OtherFile

TRIED_A_SUFFIX = 5
"""Files of one suffix that are opened."""

_TABLES = frozenset([".csv", ".tsv", ".xlsx", ".xls"])
_PREAMBLE_BYTES = 128
_MAGIC = b"DICM"
_KNOWN = """txt csv tsv xlsx xls xml pdf png jpg jpeg bmp tif tiff gif zip 7z tar gz tgz bz2 xz rar
    alz egg db ini md html htm log nii mha mhd nrrd mat npy npz h5 hdf5 pkl doc docx hwp hwpx ppt
    pptx mp4 avi exe dll lnk tmp bak sh py js yaml yml toml url raw img mr dc3 dic"""
_SUFFIXES = frozenset(f".{suffix}" for suffix in _KNOWN.split())
# "a.zip.part3", "a.z02"
_VOLUME = re.compile(r"\.(?:part|z)\d+")
OTHER_SUFFIX = ".?"
"""A suffix that is not known: it may be a piece of a name."""


@dataclass(frozen=True, slots=True)
class OtherFiles:
    """Other files by suffix.

    Attributes:
        suffixes: suffix -> files; "" for names that begin with a dot.
        holding_dicom: suffixes under which DICOM was found.
    """

    suffixes: Mapping[str, int]
    holding_dicom: tuple[str, ...]

    @property
    def tables(self) -> int:
        """Files that may be tables of labels."""
        return sum(count for suffix, count in self.suffixes.items() if suffix in _TABLES)


def look_at_others(files: Iterable[OtherFile]) -> OtherFiles:
    """Count other files by suffix, and try a few of each for DICOM (PS3.10 7.1)."""
    met, tried, found = Counter[str](), Counter[str](), set[str]()
    for file in files:
        name = file.path.rpartition("/")[2]
        suffix = _suffix_of(name)
        met[suffix] += 1
        if suffix and file.size > _PREAMBLE_BYTES and tried[suffix] < TRIED_A_SUFFIX:
            tried[suffix] += 1
            if _holds_dicom(file.raw):
                found.add(suffix)
    return OtherFiles(dict(sorted(met.items())), tuple(sorted(found)))


def _suffix_of(name: str) -> str:
    if name.startswith("."):
        return ""
    suffix = os.path.splitext(name)[1].casefold()  # noqa: PTH122  # Path() drops trailing blanks
    if _VOLUME.fullmatch(suffix):
        return suffix.rstrip("0123456789")
    return suffix if suffix in _SUFFIXES else OTHER_SUFFIX


def _holds_dicom(raw: bytes) -> bool:
    try:
        with SourceFile.at(raw).opened() as file:
            return file.read_at(0, _PREAMBLE_BYTES + len(_MAGIC)).endswith(_MAGIC)
    except (OSError, FileError):
        return False
