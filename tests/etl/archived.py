"""Archives for tests: a folder packed in every form, and zip files as old tools write them."""

import gzip
import io
import os
import struct
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import py7zr
import pyarrow as pa

SETTLED_S = 1_600_000_000
"""A time at which nothing is young."""

Files = Mapping[str, bytes]
"""Path in the archive -> content."""


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def settle(path: Path) -> None:
    """Let a file have been written long ago."""
    os.utime(path, (SETTLED_S, SETTLED_S), follow_symlinks=False)


def zipped(files: Files, method: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def unmarked(whole: bytes, encoding: str) -> bytes:
    """Return a zip file with its names in another encoding, and no mark for UTF-8.

    The names are as long as before: what is over is blanks, which nobody sees in these tests.
    """
    found = bytearray(whole)
    for mark, flags, length, head in ((b"PK\3\4", 6, 26, 30), (b"PK\1\2", 8, 28, 46)):
        at = 0
        while (at := whole.find(mark, at)) >= 0:
            (size,) = struct.unpack_from("<H", whole, at + length)
            name = whole[at + head : at + head + size].decode().encode(encoding)
            (before,) = struct.unpack_from("<H", whole, at + flags)
            struct.pack_into("<H", found, at + flags, before & ~0x800)
            folder, _, last = name.rpartition(b"/")
            padded = folder + b"/" * (size - len(name)) + b"/" + last
            found[at + head : at + head + size] = padded[-size:]
            at += 4
    return bytes(found)


def tarred(files: Files, mode: str = "w") -> bytes:
    """Return a tar file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    """Return what zstd makes of bytes."""
    return bytes(pa.compress(content, "zstd", asbytes=True))


def seven_zipped(files: Files, password: str | None = None) -> bytes:
    """Return a 7z file."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        for name, content in files.items():
            archive.writef(io.BytesIO(content), name)
    return buffer.getvalue()


def in_parts(whole: bytes, names: Callable[[int, int], str], count: int = 3) -> Files:
    """Return the parts of a file; `names` is given their number and offset."""
    size = -(-len(whole) // count)
    starts = range(0, len(whole), size)
    return {names(index, start): whole[start : start + size] for index, start in enumerate(starts)}


FORMS: Mapping[str, Callable[[Files], Files]] = {
    "zip, stored": lambda files: {"TS.zip": zipped(files)},
    "zip, deflated": lambda files: {"TS.ZIP": zipped(files, zipfile.ZIP_DEFLATED)},
    "zip, bz2": lambda files: {"TS.zip": zipped(files, zipfile.ZIP_BZIP2)},
    "zip, names in CP949": lambda files: {"TS.zip": unmarked(zipped(files), "cp949")},
    "zip, names in UTF-8 without a mark": lambda files: {
        "TS.zip": unmarked(zipped(files), "utf-8")
    },
    "zip in parts by number": lambda files: in_parts(
        zipped(files), lambda number, _: f"TS.zip.part{number}", 11
    ),
    "zip in parts by offset": lambda files: in_parts(
        zipped(files), lambda _, start: f"TS.zip.part{start}"
    ),
    "zip in parts .001": lambda files: in_parts(
        zipped(files, zipfile.ZIP_DEFLATED), lambda number, _: f"TS.zip.{number + 1:03d}"
    ),
    "zip behind other bytes": lambda files: {"TS.zip": b"a program" + zipped(files)},
    "zip in a stored zip": lambda files: {"TS.zip": zipped({"inner.zip": zipped(files)})},
    "zip in a deflated zip": lambda files: {
        "TS.zip": zipped({"inner.zip": zipped(files)}, zipfile.ZIP_DEFLATED)
    },
    "tar": lambda files: {"TS.tar": tarred(files)},
    "tar.gz": lambda files: {"TS.tar.gz": tarred(files, "w:gz")},
    "tgz of two streams": lambda files: {
        "TS.tgz": gzip.compress(tarred(files)[:2000]) + gzip.compress(tarred(files)[2000:])
    },
    "tar.xz": lambda files: {"TS.tar.xz": tarred(files, "w:xz")},
    "tar.bz2": lambda files: {"TS.tar.bz2": tarred(files, "w:bz2")},
    "tar.zst": lambda files: {"TS.tar.zst": zstd(tarred(files))},
    "7z": lambda files: {"TS.7z": seven_zipped(files)},
    "7z in parts": lambda files: in_parts(
        seven_zipped(files), lambda number, _: f"TS.7z.{number + 1:03d}"
    ),
    "files in gz": lambda files: {
        f"TS/{name}.gz": gzip.compress(content) for name, content in files.items()
    },
}
"""How a folder `TS` may lie in a tree; an archive `inner` in it stands for a folder."""
