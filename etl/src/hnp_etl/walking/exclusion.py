"""Which paths are left out by patterns. Pure."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache


class Exclusion:
    """A test of paths: whether one, or a folder above it, fits a pattern.

    >>> excludes = Exclusion(["*/H01_copy", "*.bak.dcm", "*/H02"])
    >>> [excludes(f"mr/{path}") for path in ("H01_copy/a/1.dcm", "H01/a/1.dcm", "H01/1.bak.dcm")]
    [True, False, True]
    >>> excludes.idle  # from 1
    [3]
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        """Prepare to test paths.

        Args:
            patterns: globs in NFC, in which `*` stands for folders too.
        """
        self._patterns = [re.compile(translate(pattern.rstrip("/"))) for pattern in patterns]
        self._met = set[int]()
        self._is_closed = lru_cache(maxsize=4096)(self._closes)

    def __call__(self, path: str) -> bool:
        """Tell whether a path is left out."""
        if not self._patterns:
            return False
        closed = self._is_closed(path.rpartition("/")[0])
        return self._fits(path) or closed

    @property
    def idle(self) -> list[int]:
        """Patterns, by number, that no path fitted so far."""
        return [number for number in range(1, len(self._patterns) + 1) if number not in self._met]

    def _fits(self, path: str) -> bool:
        found = {number for number, each in enumerate(self._patterns, 1) if each.match(path)}
        self._met |= found
        return bool(found)

    def _closes(self, folder: str) -> bool:
        segments = folder.split("/")
        above = ("/".join(segments[:end]) for end in range(1, len(segments) + 1))
        return sum(map(self._fits, above)) > 0  # `any` would leave patterns unmet
