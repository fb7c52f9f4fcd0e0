"""What the name of an archive tells: its form, what its members lie below, which part. Pure."""

import re
from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    """How an archive keeps its members."""

    ZIP = "zip"
    TAR = "tar"
    SEVEN_ZIP = "7z"
    SINGLE = "one file"
    VOLUME = "zip in volumes"


class ArchiveName(NamedTuple):
    """What the name of an archive tells.

    Attributes:
        stem: the folder that members lie below; of a single compressed file, its own name.
        packing: how the whole is compressed: "", "gz", "bz2", "xz" or "zst".
        part: digits of the number of a part, "" of what is whole.
        whole: name of the archive once its parts are joined.
    """

    form: Form
    stem: str
    packing: str
    part: str
    whole: str


_SUFFIXES: dict[str, tuple[Form, str]] = {
    ".zip": (Form.ZIP, ""),
    ".7z": (Form.SEVEN_ZIP, ""),
    ".tar": (Form.TAR, ""),
    ".tar.gz": (Form.TAR, "gz"),
    ".tgz": (Form.TAR, "gz"),
    ".tar.bz2": (Form.TAR, "bz2"),
    ".tbz2": (Form.TAR, "bz2"),
    ".tar.xz": (Form.TAR, "xz"),
    ".txz": (Form.TAR, "xz"),
    ".tar.zst": (Form.TAR, "zst"),
    ".tzst": (Form.TAR, "zst"),
    ".gz": (Form.SINGLE, "gz"),  # after .tar.gz
}
_LONGEST = max(map(len, _SUFFIXES))
_LAST = tuple({f".{suffix.rpartition('.')[2]}" for suffix in _SUFFIXES})
# "a.zip.part0", "a.zip.part1073741824" (by byte offset), "a.7z.001"
_PART = re.compile(r"(?i)(?P<whole>.+)\.(?:part(?P<number>\d+)|(?P<volume>\d{3,}))")
# "a.z01" beside "a.zip": pieces of one zip file that tell each other's numbers
_VOLUME = re.compile(r"(?i)(?P<stem>.+)\.z\d\d")


def archive_name(name: str) -> ArchiveName | None:
    """Return what the name of an archive tells, None for any other file.

    >>> names = ("TS_1.zip", "a.tar.gz", "scan.dcm.gz", "a.zip.part0", "scan.001", ".a.zip")
    >>> [found and (found.stem, found.part) for found in map(archive_name, names)]
    [('TS_1', ''), ('a', ''), ('scan.dcm', ''), ('a', '0'), None, None]
    """
    if name.startswith((".", "~$")):
        return None
    digit = name[-1:].isdecimal()
    part = _PART.fullmatch(name) if digit else None
    whole = part["whole"] if part else name
    tail = whole[-_LONGEST:].lower()
    if not tail.endswith(_LAST):
        volume = _VOLUME.fullmatch(name) if digit else None
        return ArchiveName(Form.VOLUME, volume["stem"], "", "", name) if volume else None
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if tail.endswith(suffix) and len(whole) > len(suffix):
            form, packing = _SUFFIXES[suffix]
            number = (part["number"] or part["volume"]) if part else ""
            return ArchiveName(form, whole[: -len(suffix)], packing, number, whole)
    return None
