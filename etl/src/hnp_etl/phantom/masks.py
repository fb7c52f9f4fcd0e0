"""Masks of a phantom's slices in a compressed npz, written one by one, the same bytes always."""

import io
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from hnp_etl.phantom.shapes import ByteImage, Part


class MaskWriter:
    """An npz file open for writing; `numpy.load` reads it. Use as a context.

    Its keys are paths of images, relative to the tree. Its values are (row, column) in the pixels
    of the image: 0 other, 1 annulus, 2 nucleus, 3 sac with its roots; the disc is 1 and 2.
    """

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._archive.close()

    def add(self, image_path: str, mask: ByteImage) -> None:
        """Write the mask of one image; parts behind disc and sac are other."""
        mask = np.where(mask > Part.SAC, np.uint8(Part.OTHER), mask)
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, mask, allow_pickle=False)
        member = zipfile.ZipInfo(f"{image_path}.npy")  # dated 1980: no clock in the bytes
        member.compress_type = zipfile.ZIP_DEFLATED
        self._archive.writestr(member, buffer.getvalue())
