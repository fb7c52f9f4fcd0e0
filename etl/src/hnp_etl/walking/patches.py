"""Folders of corrections: what they are called, and what a file in one replaces. Pure."""

import re
from functools import lru_cache
from itertools import combinations

# "H01_add", "H01_20211103_add"; "H01_수정", "H01_20211103_수정"; "H01 (new)", "H01_(NEW)".
PATCH_MARK = re.compile(r"(?i)(?:_\d{4,8})?_add$|(?:_\d{4,8})?_수정$|[ _]*\(new\)$")
"""A folder so marked holds corrections of the folder without the mark."""

_MAX_PATCHED_SEGMENTS = 4


@lru_cache(maxsize=4096)
def shadowed_folders(folder: str, read: str) -> tuple[str, ...]:
    """Return the folders whose files those of ``folder`` replace.

    Args:
        folder: as it is called.
        read: what its name says.

    >>> shadowed_folders("H01_add/P1", "H01_add/P1")
    ('H01/P1',)
    """
    segments, said = folder.split("/"), read.split("/")
    marked = [index for index, part in enumerate(said) if PATCH_MARK.search(part)]
    shadowed = []
    for count in range(1, len(marked[:_MAX_PATCHED_SEGMENTS]) + 1):
        for chosen in combinations(marked[:_MAX_PATCHED_SEGMENTS], count):
            bare = [
                PATCH_MARK.sub("", said[index]) if index in chosen else part
                for index, part in enumerate(segments)
            ]
            shadowed.append("/".join(bare))
    return tuple(shadowed)
