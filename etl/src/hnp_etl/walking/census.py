"""All files met, added up to one number: whether anything changed since the last build."""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass

from hnp_etl.limits import YOUNG_FILE_S
from hnp_etl.walking.walk import FoundFile

_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Census:
    """All files met, in one number that does not depend on their order.

    Attributes:
        files: how many.
        digest: equal for the same paths, sizes, times and inodes.
        settled: no file was so young that it may change unseen, and no folder was closed.
    """

    files: int
    digest: str
    settled: bool


class CensusTaker:
    """Adds files up."""

    def __init__(self) -> None:
        self._young_after = time.time_ns() - int(YOUNG_FILE_S * 1e9)
        self._files = 0
        self._total = 0
        self._settled = True

    def add(self, met: FoundFile) -> bool:
        """Count a file; tell whether it is so young that it may change unseen."""
        parts = (met.raw, met.size, met.mtime_ns, met.ctime_ns, met.inode)
        digest = hashlib.blake2b(repr(parts).encode(), digest_size=_DIGEST_BYTES).digest()
        self._files += 1
        self._total += int.from_bytes(digest, "big")
        young = self.is_young(met)
        if young or not met.readable:
            self._settled = False
        return young

    def is_young(self, met: FoundFile) -> bool:
        """Tell whether a file is so young that it may change unseen."""
        return met.mtime_ns > self._young_after

    def result(self) -> Census:
        """Return what was added up so far."""
        total = self._total % (1 << 8 * _DIGEST_BYTES)
        return Census(self._files, f"{total:x}", self._settled)


def take_census(met: Iterable[FoundFile]) -> Census:
    """Add up all files."""
    taker = CensusTaker()
    for each in met:
        taker.add(each)
    return taker.result()
