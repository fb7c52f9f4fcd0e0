"""JPEG lossless, process 14 selection value 1 (ISO/IEC 10918-1 annex H), for one grey component.

Every pixel is predicted by its left neighbour; what is left over goes into one Huffman table.
"""

import struct
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_CATEGORIES = (5, 4, 6, 3, 7, 2, 8, 1, 9, 0, 10, 11, 12)
"""Bit lengths of a difference, likely ones first: noise makes most of them."""

_CODE_LENGTHS = (2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
"""Bits of the code of each of them; short of a full tree, as the standard demands."""

_LARGEST_DIFFERENCE = 2**12 - 1

_WORD_BITS = 32

_PAIR_BITS = 63
"""Two words side by side in a signed 64-bit number; the last bit of the second is never used."""


def encode_jpeg_lossless(pixels: npt.NDArray[np.uint16], bits: int) -> bytes:
    """Return the JPEG stream of an image.

    Args:
        pixels: (row, column), each below ``2 ** bits``.
        bits: precision, at most 12.
    """
    rows, columns = pixels.shape
    frame = struct.pack(">BHHBBBB", bits, rows, columns, 1, 1, 0x11, 0)
    counts = bytes(_CODE_LENGTHS.count(length) for length in range(1, 17))
    stream = b"\xff\xd8" + _segment(0xC3, frame)
    stream += _segment(0xC4, b"\0" + counts + bytes(_CATEGORIES))
    stream += _segment(0xDA, bytes([1, 1, 0x00, 1, 0, 0]))
    return stream + _entropy_coded(_differences(pixels, bits)) + b"\xff\xd9"


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _differences(pixels: npt.NDArray[np.uint16], bits: int) -> npt.NDArray[np.int64]:
    """Return what prediction leaves, (pixel,); the first of a row is predicted by the one above."""
    values = pixels.astype(np.int64)
    left_over = values.copy()
    left_over[:, 1:] -= values[:, :-1]
    left_over[1:, 0] -= values[:-1, 0]
    left_over[0, 0] -= 1 << (bits - 1)
    return left_over.ravel()


def _entropy_coded(differences: npt.NDArray[np.int64]) -> bytes:
    words, lengths = _word_table()
    index = differences + _LARGEST_DIFFERENCE
    return _pack(words[index], lengths[index]).replace(b"\xff", b"\xff\0")


@lru_cache
def _word_table() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return code with extra bits, and how many bits both have, from the lowest difference up."""
    differences = np.arange(-_LARGEST_DIFFERENCE, _LARGEST_DIFFERENCE + 1)
    category = np.frexp(np.abs(differences).astype(np.float64))[1].astype(np.int64)
    codes, lengths = _huffman_table()
    extra = np.where(differences < 0, differences + (1 << category) - 1, differences)
    return (codes[category] << category) | extra, lengths[category] + category


def _huffman_table() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return code and length by category, numbered as in annex C."""
    codes = np.zeros(len(_CATEGORIES), np.int64)
    lengths = np.zeros(len(_CATEGORIES), np.int64)
    code, previous = 0, _CODE_LENGTHS[0]
    for category, length in zip(_CATEGORIES, _CODE_LENGTHS, strict=True):
        code <<= length - previous
        codes[category], lengths[category] = code, length
        code, previous = code + 1, length
    return codes, lengths


def _pack(words: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> bytes:
    """Return words of up to 24 bits one after the other, the last byte filled up with ones."""
    ends = np.cumsum(lengths)
    starts = ends - lengths
    place = starts // _WORD_BITS
    # No two shifted words share a bit, so that sums are unions.
    pairs = words << (_PAIR_BITS - starts % _WORD_BITS - lengths)
    size = int(place[-1]) + 2
    first = np.bincount(place, pairs >> (_PAIR_BITS - _WORD_BITS), size)
    second = np.bincount(place + 1, (pairs << 1) & (2**_WORD_BITS - 1), size)
    bit_count = int(ends[-1])
    packed = (first + second).astype(">u4").tobytes()[: -(-bit_count // 8)]
    fill = (1 << (-bit_count % 8)) - 1
    return packed[:-1] + bytes([packed[-1] | fill])
