"""Shards: uncompressed npz files of one or more patients' slices, written once and mapped.

`np.load` ignores `mmap_mode` for npz, so the reader finds the `images` member itself. It takes
only what the writer makes: stored (never compressed) members, no pickles, the expected shapes.
"""

import errno
import tokenize
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.storage import DISK, Disk, Sink, Written, write_named

IMAGES_MEMBER = "images.npy"
IDS_MEMBER = "slice_ids.npy"
ARRAY_TYPES = (np.dtype("<f4"), np.dtype("<u2"))
"""Stored pixel types: float32 in 0..1, or uint16 of x * 65535."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can hold; no clock time in a data set
_PIECE_BYTES = 2**18
_LOCAL_HEADER_BYTES = 30  # APPNOTE.TXT 4.3.7: fixed part of a local file header

# What zipfile and numpy raise over bytes that neither wrote.
_DAMAGE = (
    *(zipfile.BadZipFile, NotImplementedError, ValueError, TypeError, EOFError, OverflowError),
    *(tokenize.TokenError, SyntaxError, RecursionError, MemoryError),  # numpy parses Python text
)

Images = npt.NDArray[np.float32] | npt.NDArray[np.uint16]
Mapped = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """A mapped shard.

    Attributes:
        images: (slice, row, column), read-only, backed by the file.
        slice_ids: one a slice.
    """

    images: Images
    slice_ids: tuple[str, ...]


def write_shard(
    folder: Path, images: Images, slice_ids: Sequence[str], *, disk: Disk = DISK
) -> Written:
    """Write ``shards/<16 hex>.npz`` with members `images` and `slice_ids`.

    Args:
        folder: the shards folder.
        images: (slice, row, column).
        slice_ids: one a slice, at least one.
        disk: where writes go.

    Raises:
        StorageError: the shard could not be written.
    """

    def fill(sink: Sink) -> None:
        fill_shard(sink, images, slice_ids)

    return write_named(folder, ".npz", fill, role="the shard", disk=disk)


def fill_shard(sink: Sink, images: Images, slice_ids: Sequence[str]) -> None:
    """Write the bytes of a shard: the same slices give the same ones."""
    add_members(sink, {IMAGES_MEMBER: images, IDS_MEMBER: np.array(slice_ids, dtype="<U32")})


def open_shard(path: Path) -> Shard:
    """Map a shard.

    Raises:
        InputError: a compressed member, a pickle, or shapes that do not fit each other.
        StorageError: the file could not be read.
    """
    role = f"shard {path.name}"
    images, ids = map_members(path, (IMAGES_MEMBER, IDS_MEMBER), role=role)
    if images.dtype not in ARRAY_TYPES or images.ndim != 3 or ids.shape != images.shape[:1]:
        raise InputError(f"{role} holds {images.dtype} {images.shape}, ids {ids.shape}")
    return Shard(cast("Images", images), tuple(str(value) for value in ids))


def map_members(path: Path, names: tuple[str, str], *, role: str) -> tuple[Mapped, Mapped]:
    """Map the two members of an npz file that holds nothing else: arrays, and ids of its slices.

    Args:
        path: of the file.
        names: of the members, that of the ids last.
        role: what the file is, for messages.

    Raises:
        InputError: a compressed member, a pickle, or other members.
        StorageError: the file could not be read.
    """
    try:
        with (
            open_regular(path, role=role) as file,
            zipfile.ZipFile(file) as archive,
        ):
            found = sorted(info.filename for info in archive.infolist())
            if found != sorted(names):
                raise InputError(f"{role} has members {found}")
            arrays = _map_member(archive, file, role, names[0])
            return arrays, cast("Mapped", np.array(_map_member(archive, file, role, names[1])))
    except IsADirectoryError as error:  # nothing is wrong with the disk
        raise InputError(f"{role} is a folder, expected a file") from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # zipfile went where the file says, before its start
            raise InputError(f"{role} is damaged") from error
        raise StorageError.of(role, error) from error
    except _DAMAGE as error:
        raise InputError(f"{role} is damaged") from error


def add_members(sink: Sink, members: Mapping[str, npt.NDArray[np.generic]]) -> None:
    """Write an npz file that `map_members` maps: the same arrays, the same bytes."""
    with zipfile.ZipFile(cast("BinaryIO", sink), "w", zipfile.ZIP_STORED) as archive:
        for name, array in members.items():
            _add_member(archive, name, array)


def _add_member(archive: zipfile.ZipFile, name: str, array: npt.NDArray[np.generic]) -> None:
    info = zipfile.ZipInfo(name, date_time=_EPOCH)
    info.external_attr = 0o600 << 16
    info.file_size = array.nbytes + 4096  # lets zipfile choose zip64 ahead of an unseekable stream
    contiguous = np.ascontiguousarray(array)
    with archive.open(info, "w") as member:
        header = npy.header_data_from_array_1_0(contiguous)
        npy.write_array_header_1_0(member, header)
        content = contiguous.view(np.uint8).reshape(-1).data
        for start in range(0, len(content), _PIECE_BYTES):  # summed and copied while in the cache
            member.write(content[start : start + _PIECE_BYTES])


def _map_member(
    archive: zipfile.ZipFile, file: BinaryIO, role: str, name: str
) -> np.memmap[tuple[int, ...], np.dtype[np.generic]]:
    info = archive.getinfo(name)
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x1:
        raise InputError(f"{role}: member {name} is compressed or encrypted")
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER_BYTES)
    name_length, extra_length = (
        int.from_bytes(local[26:28], "little"),
        int.from_bytes(local[28:30], "little"),
    )
    start = info.header_offset + _LOCAL_HEADER_BYTES + name_length + extra_length
    file.seek(start)
    if npy.read_magic(file) != (1, 0):
        raise InputError(f"{role}: member {name} is no version 1 array")
    shape, fortran_order, dtype = npy.read_array_header_1_0(file)
    offset = file.tell()
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if fortran_order or dtype.hasobject or size + offset - start != info.file_size:
        raise InputError(f"{role}: member {name} holds {dtype} {shape}, not plain rows")
    return np.memmap(file, dtype=dtype, mode="r", offset=offset, shape=shape)
