"""Fields of noise, each told by a number alone; the same integers on a CPU and a GPU."""

import torch

_MULTIPLIERS = (0x7FEB352D, 0x846CA68B - 2**32)
_SPREAD = 0x9E3779B1 - 2**32
"""Odd, so that counting times it passes through every number of 32 bits."""
_BYTES_MEAN, _BYTES_SD = 510.0, 147.80
"""Of the sum of four bytes."""


def noise_fields(keys: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
    """Return noise of mean 0 and deviation 1, (slice, row, column), none beyond 3.5.

    The number of a pixel is mixed with the slice's key; four bytes of it add up to nearly a bell.
    Source of the mixing: Wellons C, Prospecting for hash functions, 2018 (lowbias32).

    Args:
        keys: (slice,), int64 from 0 to 2 ** 32 - 1.
        rows: of the field.
        columns: of the field.
    """
    start = torch.where(keys >= 2**31, keys - 2**32, keys).to(torch.int32)
    pixel = torch.arange(rows * columns, dtype=torch.int32, device=keys.device) * _SPREAD
    word = pixel[None, :] + start[:, None]  # numbers of 32 bits wrap, as they should
    for shift, multiplier in zip((16, 15), _MULTIPLIERS, strict=True):
        word = (word ^ _shifted(word, shift)) * multiplier
    word = word ^ _shifted(word, 16)
    total = (word & 255) + (_shifted(word, 8) & 255) + (_shifted(word, 16) & 255)
    total = total + _shifted(word, 24)
    noise = (total.to(torch.float32) - _BYTES_MEAN) / _BYTES_SD
    return noise.reshape(len(keys), rows, columns)


def _shifted(word: torch.Tensor, bits: int) -> torch.Tensor:
    """Return numbers of 32 bits moved to the right, zeros coming in; torch brings the sign."""
    return (word >> bits) & ((1 << (32 - bits)) - 1)
