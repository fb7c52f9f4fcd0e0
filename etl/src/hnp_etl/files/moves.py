"""From an archive to what lies in it, a move at a time."""

import struct

from hnp_etl.errors import FileError
from hnp_etl.files.place import PACKINGS, SEVEN_ZIP, Move
from hnp_etl.files.reader import Reader
from hnp_etl.files.seven_zip_folder import FolderStream
from hnp_etl.files.unpacking import unpacker
from hnp_etl.files.views import CheckedWindow, UnpackedView, View, Window
from hnp_shared.vocabulary import Reason

_LOCAL = struct.Struct("<4s5H3L2H")
"""Local file header of a zip member (APPNOTE.TXT 4.3.7)."""

_STORED = 0
_ENCRYPTED = 1


def unpacked(
    packed: View, kind: str, size: int | None = None, crc: int | None = None
) -> UnpackedView:
    """Return the view of what compressed bytes hold."""
    return UnpackedView(lambda: unpacker(kind, Reader(packed)), size, crc)


def moved(view: View, move: Move) -> View:
    """Return the view that a move leads to.

    Raises:
        FileError: what should be there is not.
    """
    if move.kind == "window":
        return Window(view, *move.numbers)
    if move.kind == "zip":
        return _zip_member(view, *move.numbers)
    if move.kind == "checked":
        start, size, crc = move.numbers
        return CheckedWindow(Window(view, start, size), crc)
    if move.kind == SEVEN_ZIP:
        number, size = move.numbers
        return UnpackedView(lambda: FolderStream(Reader(view, size), number))
    if move.kind in PACKINGS:
        (size,) = move.numbers
        return unpacked(view, move.kind, None if size < 0 else size)
    raise FileError(Reason.UNREADABLE, f"an unknown way into an archive: {move.kind}")


def _zip_member(view: View, start: int, packed: int, size: int, crc: int, method: int) -> View:
    head = view.read_at(start, _LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise FileError(Reason.TRUNCATED, "an archive that has no member where it says")
    _, _, flags, *_, name, extra = _LOCAL.unpack(head)
    if flags & _ENCRYPTED:
        raise FileError(Reason.ENCRYPTED, "an encrypted member of an archive")
    window = Window(view, start + _LOCAL.size + name + extra, packed)
    if method == _STORED:
        return CheckedWindow(window, crc)
    return unpacked(window, f"zip {method}", size, crc)
