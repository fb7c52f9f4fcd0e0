"""Folders that hold the images of another folder once more: a hospital delivered twice. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

FEWEST_COPIES = 3
LEAST_COPIED_SHARE = 0.5
"""So many images, and this share of a folder's, make it a copy of another; or all there are."""


@dataclass(frozen=True, slots=True)
class CopiedFolder:
    """A folder most of whose images lie in another folder too.

    Attributes:
        folder, original: their paths; the original is the one nearer to the top.
        hospital: of the images in it.
        images: that both hold.
    """

    folder: str
    original: str
    hospital: str
    images: int


def find_copies(
    groups: Iterable[Sequence[str]],
    hospital_of: Callable[[str], str],
    images_below: Callable[[str], int],
) -> list[CopiedFolder]:
    """Return the folders that are copies.

    Args:
        groups: paths of images that are the same.
        hospital_of: what a path tells.
        images_below: how many images lie below a folder.
    """
    found = Counter[tuple[str, str, str]]()
    for paths in groups:
        # A copy has something behind the name it is a copy of: `H01_copy`, `H01 - 복사본`.
        original, *copies = sorted(paths, key=lambda path: (path.count("/"), len(path), path))
        for copy in copies:
            folders = _folders(copy, original)
            if folders[0] != folders[1]:  # twice in one folder is no copy of a folder
                found[(*folders, hospital_of(copy))] += 1
    return [
        CopiedFolder(*key, count)
        for key, count in sorted(found.items())
        if _is_copy(count, images_below(key[0]))
    ]


def _is_copy(copied: int, images: int) -> bool:
    return copied == images or (copied >= FEWEST_COPIES and copied >= LEAST_COPIED_SHARE * images)


def _folders(copy: str, original: str) -> tuple[str, str]:
    """Return the folders in which two paths go on alike."""
    one, other = copy.split("/")[:-1], original.split("/")[:-1]
    while len(one) > 1 and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return "/".join(one), "/".join(other)
