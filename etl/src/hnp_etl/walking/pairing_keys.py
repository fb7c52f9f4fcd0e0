"""By what an image finds its label, as far as paths tell. Pure."""

import hashlib
import os
from typing import NamedTuple

from hnp_shared.vocabulary import Kind

IMAGE_SUFFIXES = frozenset({".dcm", ".dicom", ".ima", ""})
"""How names of images end, beside numbers, in lower case."""


class PairingKeys(NamedTuple):
    """By what an image finds its label.

    Attributes:
        folder: equal for an image and a label in one folder with one stem.
        trunk: equal when only image and label folders differ.
        stem: equal for one stem within hospital, procedure and partition.
    """

    folder: bytes
    trunk: bytes
    stem: bytes


def pairing_keys(folder: str, trunk: str, scope: tuple[str, str, str], stem: str) -> PairingKeys:
    """Return the keys of a file.

    Args:
        folder: in which it lies.
        trunk: the same without segments for images or labels.
        scope: hospital, procedure and partition.
        stem: of its name.
    """
    return PairingKeys(_key(folder, stem), _key(trunk, scope[2], stem), _key(*scope, stem))


def stems(name: str, kind: Kind) -> tuple[str, str]:
    """Return the stem of a name, and the one without a numeric suffix or that of an image.

    >>> stems("scan.dcm", Kind.IMAGE), stems("s.001", Kind.IMAGE), stems("a.dcm.json", Kind.LABEL)
    (('scan', 'scan'), ('s.001', 's'), ('a.dcm', 'a'))
    """
    stem, suffix = os.path.splitext(name)  # noqa: PTH122
    if kind is Kind.LABEL:
        short, inner = os.path.splitext(stem)  # noqa: PTH122
        return stem, short if inner.casefold() in IMAGE_SUFFIXES - {""} else stem
    numbered = kind is Kind.IMAGE and suffix[1:].isdecimal()
    return (name if numbered else stem), stem


def _key(*parts: str) -> bytes:
    joined = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(joined, digest_size=16).digest()
