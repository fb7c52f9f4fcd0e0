"""Lists the members of a zip file by its central directory, a piece at a time.

Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3.
"""

import stat
import struct
from collections.abc import Iterator
from typing import NamedTuple

from hnp_etl.archives.member import Member
from hnp_etl.archives.names import read_zip_name, tidy_name
from hnp_etl.errors import FileError
from hnp_etl.files.place import Move, step_of
from hnp_etl.files.unpacking import is_read
from hnp_etl.files.views import View
from hnp_shared.vocabulary import Reason

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_LONGEST_END = _END.size + 2**16
_LONGEST_ENTRY = _ENTRY.size + 3 * 2**16
_PIECE_BYTES = 2**20
_LOCAL_BYTES = 30

_ENCRYPTED = 0x1
_UTF8 = 0x800

_MAX_32 = 0xFFFFFFFF
_ZIP64 = 1
_WIDE_BYTES = 8
_UNICODE_PATH = 0x7075
_UNICODE_HEAD_BYTES = 5
_DOS_FOLDER = 0x10
_UNIX = (3, 19)
"""Hosts whose external attributes hold a Unix mode: Unix and macOS."""


class Directory(NamedTuple):
    """Where the central directory of a zip file lies.

    Attributes:
        shift: bytes in front of the zip file, such as a program that unpacks it.
    """

    start: int
    size: int
    shift: int


def zip_members(view: View, size: int) -> Iterator[Member]:
    """Yield the members of a zip file.

    Args:
        view: the file.
        size: bytes.

    Raises:
        FileError: why it cannot be read at all.
    """
    directory = _directory(view, size)
    at, end, packed = directory.start, directory.start + directory.size, 0
    piece, begin = b"", at
    while at < end:
        if min(at + _LONGEST_ENTRY, end) > begin + len(piece):
            piece, begin = view.read_at(at, min(_PIECE_BYTES, end - at)), at
        entry = _entry(piece, at - begin)
        at += entry.length
        packed += entry.packed + _LOCAL_BYTES
        if packed > size:
            raise FileError(Reason.TOO_LARGE, "members of an archive that overlap")
        if not entry.folder:
            yield _member(entry, directory.shift)


class _Fixed(NamedTuple):
    """The fixed part of an entry (4.3.12)."""

    mark: bytes
    made: int
    host: int
    need: int
    need_host: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    name: int
    extra: int
    comment: int
    disk: int
    internal: int
    attributes: int
    start: int


class _Entry(NamedTuple):
    """An entry, sizes and offset in full; `mode` is Unix's, or the attributes of DOS."""

    unix: bool
    flags: int
    method: int
    crc: int
    size: int
    packed: int
    start: int
    mode: int
    name: bytes
    unicode: bytes | None
    length: int

    @property
    def folder(self) -> bool:
        return self.name.endswith(b"/") or (not self.unix and bool(self.mode & _DOS_FOLDER))


def _entry(piece: bytes, at: int) -> _Entry:
    if at + _ENTRY.size > len(piece) or piece[at : at + 4] != b"PK\x01\x02":
        raise FileError(Reason.TRUNCATED, "a table of contents that breaks off")
    fixed = _Fixed._make(_ENTRY.unpack_from(piece, at))
    begin = at + _ENTRY.size
    name = piece[begin : begin + fixed.name]
    extra = piece[begin + fixed.name : begin + fixed.name + fixed.extra]
    sizes, unicode = (fixed.size, fixed.packed, fixed.start), None
    for kind, content in _fields(extra):
        if kind == _ZIP64:
            sizes = _widened(content, sizes)
        elif kind == _UNICODE_PATH and content[:1] == b"\1":
            unicode = content[_UNICODE_HEAD_BYTES:] or None
    unix = fixed.host in _UNIX
    return _Entry(
        unix=unix,
        flags=fixed.flags,
        method=fixed.method,
        crc=fixed.crc,
        size=sizes[0],
        packed=sizes[1],
        start=sizes[2],
        mode=fixed.attributes >> 16 if unix else fixed.attributes & 0xFF,
        name=name,
        unicode=unicode,
        length=_ENTRY.size + fixed.name + fixed.extra + fixed.comment,
    )


def _member(entry: _Entry, shift: int) -> Member:
    if entry.unicode is not None:
        read = read_zip_name(entry.unicode, marked=True)
    else:
        read = read_zip_name(entry.name, marked=bool(entry.flags & _UTF8))
    name, stays = tidy_name(read.text)
    kind = stat.S_IFMT(entry.mode) if entry.unix else 0
    refusal = None
    if entry.flags & _ENCRYPTED:
        refusal = Reason.ENCRYPTED
    elif not is_read(entry.method):
        refusal = Reason.UNSUPPORTED_SYNTAX
    move = Move("zip", (entry.start + shift, entry.packed, entry.size, entry.crc, entry.method))
    regular = stays and kind in (0, stat.S_IFREG)
    return Member(name, entry.size, step_of(move), regular, refusal, read.korean)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def _widened(content: bytes, sizes: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return sizes and offset, those that need 64 bits from a field of their own (4.5.3)."""
    found, at = list(sizes), 0
    for index, size in enumerate(sizes):
        if size == _MAX_32:
            if at + _WIDE_BYTES > len(content):
                raise FileError(Reason.BAD_HEADER, "a table of contents with a size that is cut")
            (found[index],) = struct.unpack_from("<Q", content, at)
            at += _WIDE_BYTES
    return found[0], found[1], found[2]


def _directory(view: View, size: int) -> Directory:
    begin = max(0, size - _LONGEST_END)
    tail = view.read_at(begin, _LONGEST_END)
    at = _end_at(tail)
    if at is None:
        starts = view.read_at(0, 4)
        if starts in (b"PK\x03\x04", b"PK\x07\x08"):
            raise FileError(Reason.TRUNCATED, "an archive without its table of contents")
        raise FileError(Reason.BAD_HEADER, "no zip file")
    _, disk, first, here, entries, length, start, _ = _END.unpack_from(tail, at)
    end = begin + at
    wide = 0xFFFF in (disk, first, here, entries) or _MAX_32 in (length, start)
    locator = view.read_at(end - _LOCATOR64.size, _LOCATOR64.size) if end > _LOCATOR64.size else b""
    if locator.startswith(b"PK\x06\x07"):
        end64 = end - _LOCATOR64.size - _END64.size
        whole = view.read_at(end64, _END64.size) if end64 >= 0 else b""
        if len(whole) == _END64.size and whole.startswith(b"PK\x06\x06"):
            *_, disk, first, here, entries, length, start = _END64.unpack(whole)
            end, wide = end64, False
    if disk or first or here != entries:
        raise FileError(Reason.UNSUPPORTED_SYNTAX, "the last volume of a zip file in volumes")
    shift = end - length - start
    if wide or shift < 0:
        raise FileError(Reason.TRUNCATED, "an archive whose table of contents is not all there")
    return Directory(start + shift, length, shift)


def _end_at(tail: bytes) -> int | None:
    """Return where the end record begins: the last one that is whole, be it with bytes behind."""
    at = tail.rfind(b"PK\x05\x06", 0, max(0, len(tail) - _END.size) + 4)
    return at if at >= 0 else None
