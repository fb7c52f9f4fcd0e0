"""Files of masks: which there are, of what kind, and what is in one. The only reader of them."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from hnp_etl.masks.volume import Volume
from hnp_shared.errors import InputError, StorageError
from hnp_shared.extras import needing
from hnp_shared.mask_set import LabelMaps
from hnp_shared.names import is_dropping
from hnp_shared.opening import read_regular

MOST_BYTES = 512 * 2**20
_MOST_VOXELS = 2**30
_MOST_SIDE = 8192
_IHDR = slice(16, 24)
"""Where a PNG tells its width and height (PNG specification, 11.2.2)."""


class MaskKind(StrEnum):
    """What masks are written as."""

    PNG = "png"
    NIFTI = "nifti"
    SEG = "dicom seg"
    PHANTOM = "phantom"


_KINDS = {".png": MaskKind.PNG, ".nii": MaskKind.NIFTI, ".nii.gz": MaskKind.NIFTI}
_KINDS |= {".dcm": MaskKind.SEG, ".npz": MaskKind.PHANTOM}


def find_masks(source: Path) -> tuple[MaskKind, dict[str, Path]]:
    """Return what masks are written as, and path below the folder -> where it lies, sorted.

    Args:
        source: a folder, or one file.

    Raises:
        InputError: there are none, or of several kinds.
        StorageError: a folder could not be read.
    """
    try:
        is_one = source.is_file()
        paths = [source] if is_one else sorted(source.rglob("*"))
    except OSError as error:
        raise StorageError.of("the folder of masks", error) from error
    top = source.parent if is_one else source
    found = {
        path.relative_to(top).as_posix(): path
        for path in paths
        if _kind(path) and not is_dropping(path.name) and path.is_file() and not path.is_symlink()
    }
    kinds = {kind for path in found.values() if (kind := _kind(path))}
    if len(kinds) != 1:
        told = " and ".join(sorted(kinds)) or "none"
        raise InputError(
            f"found masks as {told}, expected one of PNG, NIfTI, DICOM SEG, DIR.truth.npz"
        )
    return kinds.pop(), found


def _kind(path: Path) -> MaskKind | None:
    suffix = path.suffix.lower()
    return _KINDS.get(".nii.gz" if path.name.lower().endswith(".nii.gz") else suffix)


def digest_of(paths: Sequence[Path]) -> str:
    """Return a digest over what files hold, whatever they are called."""
    digests = sorted(hashlib.sha256(content(path)).hexdigest() for path in paths)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def content(path: Path) -> bytes:
    """Return the bytes of a file of masks.

    Raises:
        InputError: it is larger than any mask.
        StorageError: it could not be read.
    """
    try:
        found = read_regular(path, role="a mask", most_bytes=MOST_BYTES + 1)
    except OSError as error:
        raise StorageError.of("a mask", error) from error
    if len(found) > MOST_BYTES:
        raise InputError(f"a mask holds more than {MOST_BYTES:,} bytes")
    return found


def read_png(path: Path) -> LabelMaps | None:
    """Return the numbers of a PNG of 8 bits, (row, column); None where it is none.

    Colours are taken where all three are alike: some programs write greys so.
    """
    found = content(path)
    sides = np.frombuffer(found[_IHDR].ljust(8, b"\xff"), ">u4")
    if not found.startswith(b"\x89PNG") or sides.max() > _MOST_SIDE:
        return None
    image = cv2.imdecode(np.frombuffer(found, np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None or image.dtype != np.uint8:
        return None
    if image.ndim == 3:
        colours = image[..., :3]
        if (colours != colours[..., :1]).any():
            return None
        image = colours[..., 0]
    return np.ascontiguousarray(image, dtype=np.uint8)


@lru_cache(maxsize=4)
def read_nifti(path: Path) -> Volume | None:
    """Return the volume of a NIfTI file; None where it is none of whole numbers from 0 to 255.

    Raises:
        InputError: nibabel is not installed.
    """
    with needing("nibabel", "hnp-etl[masks]"):
        import nibabel  # noqa: PLC0415  # an extra
    try:
        found = content(path)
        if path.name.lower().endswith(".gz"):
            found = zlib.decompressobj(31).decompress(found, MOST_BYTES)
        image = nibabel.Nifti1Image.from_bytes(found)
        if len(image.shape) != 3 or np.prod(image.shape) > _MOST_VOXELS:
            return None
        values = np.asanyarray(image.dataobj)
        if values.min() < 0 or values.max() > 255 or (values != np.rint(values)).any():
            return None
        return Volume(values.astype(np.uint8), np.asarray(image.affine, np.float64))
    except (InputError, StorageError):
        raise
    except (OSError, EOFError, ValueError, TypeError, zlib.error, gzip.BadGzipFile, KeyError):
        return None
    except Exception as error:  # nibabel's own errors have no common base
        if type(error).__module__.startswith("nibabel"):
            return None
        raise


def phantom_paths(path: Path) -> list[str]:
    """Return the paths of images that the masks of a phantom's truth are of.

    Raises:
        InputError: the file is no truth of a phantom.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content(path))) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except zipfile.BadZipFile as error:
        raise InputError("the .npz is damaged, expected DIR.truth.npz of a phantom") from error


@lru_cache(maxsize=1)
def _phantom(path: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content(path)))


def read_phantom(path: Path, name: str) -> LabelMaps | None:
    """Return one mask of a phantom's truth; None where it is damaged."""
    try:
        with _phantom(path).open(f"{name}.npy") as member:
            found = np.lib.format.read_array(member, allow_pickle=False)
    except (KeyError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return None
    return found if found.dtype == np.uint8 and found.ndim == 2 else None
