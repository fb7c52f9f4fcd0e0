"""Which paths are left out by patterns. Pure."""

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import lru_cache


def exclusion(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a test of paths: whether one, or a folder above it, fits a pattern.

    >>> excludes = exclusion(["*/H01_copy", "*.bak.dcm"])
    >>> [excludes(f"mr/{path}") for path in ("H01_copy/a/1.dcm", "H01/a/1.dcm", "H01/1.bak.dcm")]
    [True, False, True]

    Args:
        patterns: globs in NFC, in which `*` stands for folders too.
    """
    compiled = [re.compile(translate(pattern.rstrip("/"))) for pattern in patterns]

    def fits(path: str) -> bool:
        return any(pattern.match(path) for pattern in compiled)

    @lru_cache(maxsize=4096)
    def is_closed(folder: str) -> bool:
        segments = folder.split("/")
        return any(fits("/".join(segments[:end])) for end in range(1, len(segments) + 1))

    def excludes(path: str) -> bool:
        return is_closed(path.rpartition("/")[0]) or fits(path)

    return excludes if compiled else lambda _path: False
