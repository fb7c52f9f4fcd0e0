"""What tells a changed file."""

import hashlib
import os
from typing import NamedTuple

UNKNOWN_INODE = 0
"""Where a file system numbers files anew at each look; no file has this number."""


class FileStat(NamedTuple):
    """What tells a changed file: size in bytes, times in ns, inode.

    Of a member of an archive the size is its own, the rest the archive's.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStat":
        """Return what `stat` told."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    def same_file(self, other: "FileStat") -> bool:
        """Tell whether nothing is seen to have changed between two looks."""
        if UNKNOWN_INODE in (self.inode, other.inode):
            return self[:3] == other[:3]
        return self == other


def joined_stat(parts: list[FileStat]) -> FileStat:
    """Return what tells a change in one of several files that are read as one."""
    if len(parts) == 1:
        return parts[0]
    told = hashlib.blake2b(repr([tuple(each) for each in parts]).encode(), digest_size=7).digest()
    return FileStat(
        sum(each.size for each in parts),
        max(each.mtime_ns for each in parts),
        max(each.ctime_ns for each in parts),
        int.from_bytes(told, "big") | 1,  # never UNKNOWN_INODE
    )
