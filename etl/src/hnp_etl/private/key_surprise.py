"""How much of a key is no repetition: less is asked than chance, which none can measure. Pure."""

import math
from collections import Counter
from collections.abc import Sequence

LEAST_BITS = 64
"""32 random bytes come to 150 or more, a passphrase to 100; zeros, `abcabc` and 0, 1, 2 to none."""

_LONGEST_PERIOD = 8
"""Bytes that may be repeated; a longer word repeated has more surprise than a short one."""


def is_weak(key: bytes) -> bool:
    """Tell whether somebody could guess a key, and with it who is who."""
    return surprise_bits(key) < LEAST_BITS


def surprise_bits(key: bytes) -> float:
    """Return the bits that a key has beyond repetition, counting and periods.

    Shannon's entropy of single bytes and of their differences at each short distance, the least.

    >>> surprise_bits(bytes(32)), surprise_bits(bytes(range(32))), surprise_bits(b"abcd" * 8)
    (0.0, 0.0, 0.0)
    >>> surprise_bits(bytes(n * n * 37 % 251 for n in range(32))) > LEAST_BITS
    True
    """
    apart = range(1, min(_LONGEST_PERIOD, len(key) - 1) + 1)
    steps = [[(one - two) % 256 for one, two in zip(key, key[n:], strict=False)] for n in apart]
    return min(map(_entropy_bits, (list(key), *steps)), default=0.0)


def _entropy_bits(values: Sequence[int]) -> float:
    shares = [count / len(values) for count in Counter(values).values()]
    return abs(len(values) * sum(-share * math.log2(share) for share in shares))
