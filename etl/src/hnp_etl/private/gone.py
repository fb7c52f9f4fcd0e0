"""Corrections of slices that a data set does not have, in the private folder; for who gave them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from hnp_shared.corrections import COLUMNS, Correction, defused
from hnp_shared.storage import DISK, Disk, remove, replace_file

GONE_FILE = "corrections-gone.csv"


def keep_gone(private: Path, rows: Sequence[Correction], *, disk: Disk = DISK) -> None:
    """Write the rows that were of no use, as they were given; or remove the list of a build before.

    Raises:
        StorageError: it could not be written.
    """
    path, role = private / GONE_FILE, "the list of corrections of slices that are gone"
    if not rows:
        if path.exists():
            remove(path, role=role, disk=disk)
        return
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([defused(getattr(row, name)) for name in COLUMNS] for row in rows)
    content = text.getvalue().encode()
    replace_file(path, lambda sink: sink.write(content), role=role, mode=0o600, disk=disk)
