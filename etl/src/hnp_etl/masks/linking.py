"""Which slice a mask belongs to, by paths. Pure.

A mask is named as its image is: of all slices whose path ends like the mask's, suffix apart, those
with the longest such end are meant. Unless the whole path fits, an end that several masks or
several slices have tells nothing: image 0001 of one patient is not that of another.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

_MARKS = re.compile(r"[-_. ](?:mask|masks|seg|segmentation|label|labels|gt)$", re.IGNORECASE)
_SUFFIXES = re.compile(r"(?:\.nii\.gz|\.[A-Za-z]{2,5})$")


class Lost(StrEnum):
    """Why a mask was not taken."""

    NO_SLICE = "no slice of the data set has such a path"
    AMBIGUOUS = "several slices, or several masks, have such a path"
    SEVERAL = "another mask has the same slice"
    OTHER_SIZE = "it has other rows or columns than its image"
    UNREADABLE = "it cannot be read"
    NO_PLACE = "it lies elsewhere than the image, or the image tells no place"


def tail_of(path: str) -> tuple[str, ...]:
    """Return the segments of a path from the last one on, without suffix and mark.

    >>> tail_of("P001/axial/0007_mask.png")
    ('0007', 'axial', 'P001')
    """
    *folders, name = unicodedata.normalize("NFC", path).split("/")
    stem = _SUFFIXES.sub("", name) or name
    return (_MARKS.sub("", stem) or stem, *reversed(folders))


def link_masks(
    masks: Sequence[str], slices: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str] | Lost]:
    """Return mask -> the slices that it is of, or why it is of none.

    Args:
        masks: paths below the folder given.
        slices: path as the contract writes it, of an image or of a folder of images -> its slices.
    """
    ends = _ends(slices)
    shared = _shared(masks)
    found = {mask: _link(mask, ends, shared, slices) for mask in masks}
    owners = Counter(
        slice_id for each in found.values() if not isinstance(each, Lost) for slice_id in each
    )
    return {
        mask: Lost.SEVERAL
        if not isinstance(each, Lost) and any(owners[slice_id] > 1 for slice_id in each)
        else each
        for mask, each in found.items()
    }


def _ends(slices: Mapping[str, Sequence[str]]) -> dict[tuple[str, ...], list[str]]:
    ends: dict[tuple[str, ...], list[str]] = {}
    for path in slices:
        tail = tail_of(path)
        for length in range(1, len(tail) + 1):
            ends.setdefault(tail[:length], []).append(path)
    return ends


def _shared(masks: Sequence[str]) -> Counter[tuple[str, ...]]:
    tails = map(tail_of, masks)
    return Counter(tail[:length] for tail in tails for length in range(1, len(tail) + 1))


def _link(
    mask: str,
    ends: Mapping[tuple[str, ...], Sequence[str]],
    shared: Mapping[tuple[str, ...], int],
    slices: Mapping[str, Sequence[str]],
) -> Sequence[str] | Lost:
    tail = tail_of(mask)
    for length in range(len(tail), 0, -1):
        paths = ends.get(tail[:length], ())
        if not paths:
            continue
        if len(paths) > 1 or shared[tail[:length]] > 1:
            return Lost.AMBIGUOUS
        return slices[paths[0]]
    return Lost.NO_SLICE
