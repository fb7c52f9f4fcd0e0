"""Files that changed since they were met: what was read of them is forgotten."""

import sqlite3

from hnp_etl.files.archive_files import stat_now
from hnp_etl.files.file_stat import UNKNOWN_INODE, FileStat
from hnp_etl.files.place import is_inside
from hnp_etl.limits import Limits
from hnp_etl.state.database import Row, pages, set_meta, write_many
from hnp_etl.state.files import BY_STAT, INODES, REF, reason_by_stat, ref_of
from hnp_shared.vocabulary import Reason

_CHANGED = (  # read again next time too: it may be at work still
    "UPDATE file SET size = ?, mtime_ns = ?, ctime_ns = ?, inode = ?, early = ?, young = 1, "
    "facts = NULL, refusal = ?, uid = NULL, encoding = NULL WHERE id = ?"
)

_LOST = (
    "UPDATE file SET young = 1, facts = NULL, refusal = ?, uid = NULL, encoding = NULL WHERE id = ?"
)


def note_changes(state: sqlite3.Connection, limits: Limits, *, last: bool = False) -> int:
    """Look again at every file; forget what was read of those that changed since they were met.

    One that is gone stays as it was met: what was read of it holds, and it cannot be read again.

    Args:
        state: the opened state.
        limits: on sizes.
        last: whether what changed is unreadable, for it will not be read again.

    Returns:
        How many changed.
    """
    judged = ", ".join(f"'{reason}'" for reason in BY_STAT)
    rows = pages(
        state,
        f"SELECT {REF}, early FROM file WHERE file.id > ? AND kind IN ('image', 'label') "
        f"AND (early IS NULL OR early IN ({judged}))",
    )
    changed, lost, renumbered = list[Row](), list[Row](), 0
    for row in rows:
        ref = ref_of(row)
        found = _look_at(ref.file.raw, ref.file.stat.size)
        if found is None:
            continue
        now, regular = found
        if not now.same_file(ref.file.stat):
            renumbered += now[:3] == ref.file.stat[:3]
            if is_inside(ref.file.raw):  # what lies where in another archive, only a walk tells
                lost.append((Reason.UNREADABLE, ref.id))
                continue
            early = reason_by_stat(ref.kind, regular, now.size, limits)
            changed.append((*now, early, Reason.UNREADABLE if last else None, ref.id))
    write_many(state, _LOST, iter(lost))
    write_many(state, _CHANGED, iter(changed))
    if renumbered:
        _give_inodes_up(state)
    return len(changed) + len(lost)


def _look_at(raw: bytes, size: int) -> tuple[FileStat, bool] | None:
    try:
        return stat_now(raw, size)
    except OSError:
        return None


def _give_inodes_up(state: sqlite3.Connection) -> None:
    """Do without inodes: this file system numbers a file anew at each look, as some in FUSE do."""
    set_meta(state, INODES, "renumbered")
    with state:
        state.execute("UPDATE file SET inode = ?", (UNKNOWN_INODE,))
