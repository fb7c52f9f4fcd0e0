"""Archives that lie in a tree unopened, and the command that unpacks or joins them."""

import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.state.counts import OtherFile

MOST_OPENED = 50
"""Archives of a kind whose names are looked at."""

_MOST_DIRECTORY_BYTES = 64 * 2**20
_END = struct.Struct("<4s4H2LH")
_LONGEST_END = _END.size + 2**16
_UTF8_NAMES = 0x800
"""General purpose flag 11 of a zip entry: its name is UTF-8 (APPNOTE.TXT 4.4.4)."""

_UNPACK = (
    "find SRC -name '*.zip' -exec sh -c 'for zip; do python3 -m zipfile{option} "
    '-e "$zip" "${{zip%.zip}}"; done\' _ {{}} +'
)
# "a.zip.part0", "a.z01", "a.zip", "a.tar", "a.tgz", "a.tar.xz", "a.7z", "a.7z.001", "a.egg".
_KINDS: tuple[tuple[str, re.Pattern[str], str], ...] = (
    (
        "zip in parts (.zip.part0...)",
        re.compile(r"(?i)\.zip\.part\d+$"),
        # parts are named by number or by byte offset: sort as numbers, not as text
        "find SRC -name '*.zip.part0' -exec sh -c 'for first; do zip=\"${first%.part0}\"; "
        'printf "%s\\0" "$zip".part* | sort -zV | xargs -0 cat > "$zip"; done\' _ {} +',
    ),
    (
        "zip in volumes (.z01...)",
        re.compile(r"(?i)\.z\d\d$"),
        "find SRC -name '*.z01' -exec sh -c 'for first; do zip -s 0 \"${first%.z01}.zip\" "
        '--out "${first%.z01}-whole.zip"; done\' _ {} +',
    ),
    ("zip", re.compile(r"(?i)\.zip$"), ""),
    (
        "tar",
        re.compile(r"(?i)\.(?:tar|tgz|tar\.gz|tar\.bz2|tar\.xz)$"),
        "find SRC -name '*.tar*' -execdir tar -xf {} \\;",
    ),
    ("7z", re.compile(r"(?i)\.7z(?:\.\d{3})?$"), "7z x FILE"),
    ("other (.alz, .egg, .rar)", re.compile(r"(?i)\.(?:alz|egg|rar)$"), "unar FILE"),
)
# Of "a.zip.part0", "a.z01", "a.tar.gz", "a.tgz", "a.7z.001": a folder of archive's name is "a".
_SUFFIXES = re.compile(
    r"(?i)\.(?:zip\.part\d+|z\d\d|zip|tgz|tar(?:\.\w+)?|7z(?:\.\d{3})?|alz|egg|rar)$"
)
_CP949, _UTF8, _UNREAD = "zip, names in CP949", "zip, names in UTF-8", "zip, names not read"
_ZIP_COMMANDS = {
    _CP949: _UNPACK.format(option=" --metadata-encoding cp949"),
    _UTF8: _UNPACK.format(option=""),
    _UNREAD: "join its parts first, or copy it again: it has no table of contents",
}


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """Archives of one kind.

    Attributes:
        size: of all of them, bytes.
        unpacked: how many lie beside a folder of their name with files in it.
        command: for a shell; SRC stands for the folder given.
    """

    kind: str
    files: int
    size: int
    command: str
    unpacked: int = 0


def find_archives(
    files: Iterable[OtherFile], holds_files: Callable[[str], bool] = lambda _folder: False
) -> list[ArchiveRow]:
    """Return which archives lie among the files met.

    Args:
        files: neither images nor labels.
        holds_files: whether files were met below a folder.
    """
    found: dict[str, ArchiveRow] = {}
    opened = 0
    for file in files:
        kind, command = next(
            ((kind, command) for kind, pattern, command in _KINDS if pattern.search(file.path)),
            (None, ""),
        )
        if kind == "zip":
            kind = _names_of(file.raw) if opened < MOST_OPENED else _UTF8
            command = _ZIP_COMMANDS[kind]
            opened += 1
        if kind is not None:
            before = found.get(kind, ArchiveRow(kind, 0, 0, command))
            unpacked = before.unpacked + holds_files(_SUFFIXES.sub("", file.path))
            found[kind] = ArchiveRow(
                kind, before.files + 1, before.size + file.size, command, unpacked
            )
    return [row for _, row in sorted(found.items())]


def _names_of(raw: bytes) -> str:
    """Return in which encoding a zip file keeps its names."""
    try:
        with SourceFile.at(raw).opened() as opened, opened.stream() as file:
            if _directory_bytes(file) > _MOST_DIRECTORY_BYTES:
                return _UNREAD
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
    except (OSError, FileError, ValueError, NotImplementedError, RuntimeError):
        return _UNREAD
    except zipfile.BadZipFile:
        return _UNREAD
    marked = all(entry.flag_bits & _UTF8_NAMES or entry.filename.isascii() for entry in entries)
    return _UTF8 if marked else _CP949


def _directory_bytes(file: BinaryIO) -> int:
    """Return the size of a zip file's table of contents, as its end states it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LONGEST_END))
    tail = file.read(_LONGEST_END)
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or start + _END.size > len(tail):
        raise zipfile.BadZipFile("no end of a table of contents")
    return int(_END.unpack_from(tail, start)[5])
