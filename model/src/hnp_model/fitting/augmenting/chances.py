"""Numbers that look drawn, each told by a seed, an epoch and a slice alone.

No generator is advanced, so neither the order of slices, nor the batch they come in, nor how many
processes share them, nor where a fit was resumed can change one. Source of the mixing: Steele,
Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (SplitMix64).
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
"""2 ** 64 over the golden ratio: multiples of it are spread evenly."""


def keys_of(slice_ids: Iterable[str]) -> Keys:
    """Return a number for each slice, (slice,), which its id alone decides."""
    digests = [blake2b(name.encode(), digest_size=8).digest() for name in slice_ids]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def chances(keys: Keys, seed: int, epoch: int, first: int, count: int) -> npt.NDArray[np.float64]:
    """Return numbers from 0 up to 1, (slice, count).

    Args:
        keys: (slice,), of `keys_of`.
        seed: of the fit.
        epoch: from 1.
        first: number of the first one of a slice and epoch; others are independent of it.
        count: how many.

    >>> keys = keys_of(["a", "b"])
    >>> alone = chances(keys[1:], seed=42, epoch=3, first=0, count=4)
    >>> bool((alone == chances(keys, 42, 3, 0, 4)[1:]).all())
    True
    """
    numbers = _words(keys, seed, epoch, first, count) >> np.uint64(11)
    return numbers.astype(np.float64) * 2.0**-53


def field_keys(keys: Keys, seed: int, epoch: int, number: int) -> npt.NDArray[np.int64]:
    """Return what the fields of slices start from, (slice,), 0 to 2 ** 32 - 1."""
    words = _words(keys, seed, epoch, number, 1)[:, 0]
    return (words >> np.uint64(32)).astype(np.int64)


def _words(keys: Keys, seed: int, epoch: int, first: int, count: int) -> Keys:
    start = _mixed(np.array([seed], np.uint64) * _GOLDEN + np.uint64(epoch))
    own = _mixed(keys ^ start)
    numbers = np.arange(first + 1, first + count + 1, dtype=np.uint64) * _GOLDEN
    return _mixed(own[:, None] + numbers[None, :])  # unsigned numbers wrap, as they should


def _mixed(words: Keys) -> Keys:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
