"""Stored pictures as a page carries them: ten bits a pixel, for windows narrow or wide. Pure.

A screen shows 256 greys; a window a quarter as wide as the picture's range still has as many here.
"""

import base64
import zlib

import numpy as np
import numpy.typing as npt

STEPS = 1023
"""Largest value of a packed pixel."""

_PNG = b"\x89PNG\r\n\x1a\n"
MAX_MAP_BYTES = 2**20


def pack(picture: npt.NDArray[np.float32]) -> str:
    """Return a picture as base64 of zlib.

    Each pixel is written as what it adds to the one before it, modulo 2**16: all low bytes, then
    all high ones. What deflates well, and is undone in three lines of any language.

    Args:
        picture: (row, column), 0..1.
    """
    values = np.rint(np.clip(picture, 0, 1).ravel() * STEPS).astype(np.uint16)
    steps = np.diff(values, prepend=np.uint16(0)).astype("<u2")
    planes = steps.view(np.uint8).reshape(-1, 2).T
    return base64.b64encode(zlib.compress(planes.tobytes(), 6)).decode("ascii")


def halved(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return a picture of half the size: the means of four pixels each."""
    rows, columns = (side // 2 * 2 for side in picture.shape)
    blocks = picture[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2)
    small: npt.NDArray[np.float32] = blocks.mean(axis=(1, 3), dtype=np.float32)
    return small


def png_url(content: bytes) -> str:
    """Return a PNG as a URL that holds it.

    Raises:
        ValueError: it is none, or too large for a page.
    """
    if not content.startswith(_PNG) or len(content) > MAX_MAP_BYTES:
        raise ValueError("no PNG of a map")
    return f"data:image/png;base64,{base64.b64encode(content).decode('ascii')}"
