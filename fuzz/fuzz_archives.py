"""Archives of every form as bytes: listed within bounds, and each member read that can be."""

import contextlib
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from hnp_etl.archives.listing import members_of
from hnp_etl.errors import FileError
from hnp_etl.files.forms import archive_name
from hnp_etl.files.moves import moved
from hnp_etl.files.place import parse_moves
from hnp_etl.files.views import View
from hnp_etl.limits import Limits

NAMES = ("a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.tar.zst", "a.7z", "a.dcm.gz")
"""The first byte of an input tells by which of these names it goes."""

_LIMITS = Limits(archive_members=1000)
_MOST_READ_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class _Bytes:
    content: bytes

    def read_at(self, start: int, count: int) -> bytes:
        return self.content[start : start + count] if start >= 0 else b""


def read_archive(content: bytes) -> None:
    """Read the bytes of an archive; a member that is not sound costs itself."""
    whole = content[1:]
    name = archive_name(NAMES[content[0] % len(NAMES)]) if content else None
    if name is None:
        return
    for member in members_of(_Bytes(whole), len(whole), name, _LIMITS):
        with contextlib.suppress(FileError):
            view: View = _Bytes(whole)
            for move in parse_moves(member.step):
                view = moved(view, move)
            view.read_at(0, min(member.size, _MOST_READ_BYTES))


def archives() -> Iterator[bytes]:
    """Yield a sound archive of each form, but for 7z and zstd, which nothing here writes."""
    stored, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("a/b.dcm", b"DICM" * 50)
        archive.writestr("영상.json", b"{}", zipfile.ZIP_DEFLATED)
    with tarfile.open(fileobj=tarred, mode="w") as archive:
        member = tarfile.TarInfo("a/b.dcm")
        member.size = 200
        archive.addfile(member, io.BytesIO(b"DICM" * 50))
    yield b"\0" + stored.getvalue()
    yield b"\1" + tarred.getvalue()
    yield b"\2" + gzip.compress(tarred.getvalue())
    yield b"\3" + lzma.compress(tarred.getvalue())
    yield b"\6" + gzip.compress(b"DICM" * 50)
