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
_LONGEST_FIRST = sorted(_SUFFIXES, key=len, reverse=True)
# "part0", "part1073741824" (by byte offset), "001"; not "12"
_PART = re.compile(r"(?i)(?:part(?=\d)|(?=\d{3}))(?P<number>\d+)")
# "a.z01" beside "a.zip": pieces of one zip file that tell each other's numbers
_VOLUME_SUFFIX = 5
_VOLUME = re.compile(r"(?i)(?P<last>.)\.z\d\d")


def archive_name(name: str) -> ArchiveName | None:
    """Return what the name of an archive tells, None for any other file.

    >>> names = ("TS_1.zip", "a.tar.gz", "scan.dcm.gz", "a.zip.part0", "scan.001", ".a.zip")
    >>> [found and (found.stem, found.part) for found in map(archive_name, names)]
    [('TS_1', ''), ('a', ''), ('scan.dcm', ''), ('a', '0'), None, None]
    """
    if name.startswith((".", "~$")):
        return None
    whole, part = name, ""
    if name[-1:].isdecimal():
        if volume := _VOLUME.fullmatch(name[-_VOLUME_SUFFIX:]):
            stem = name[:-_VOLUME_SUFFIX] + volume["last"]
            return ArchiveName(Form.VOLUME, stem, "", "", name)
        head, _, last = name.rpartition(".")
        if (number := _PART.fullmatch(last)) and _tail(head).endswith(_LAST):
            whole, part = head, number["number"]
    tail = _tail(whole)
    if not tail.endswith(_LAST):
        return None
    for suffix in _LONGEST_FIRST:
        if tail.endswith(suffix) and len(whole) > len(suffix):
            form, packing = _SUFFIXES[suffix]
            return ArchiveName(form, whole[: -len(suffix)], packing, part, whole)
    return None


def _tail(name: str) -> str:
    return name[-_LONGEST:].lower()
