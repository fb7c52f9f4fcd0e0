"""Paths that lead into an archive, as people write them: through it, or as if it were unpacked."""

import os
from pathlib import Path

from hnp_etl.files.forms import archive_name
from hnp_etl.walking.paths import nfc


def archive_above(path: Path) -> Path | None:
    """Return the archive on the disk that a path leads into, None when it leads into none.

    Args:
        path: absolute; `a.zip/b/c.dcm` and `a/b/c.dcm` lead into `a.zip`, and `c.dcm` into
            `c.dcm.gz`.
    """
    for above in (path, *path.parents):
        folder = above.parent
        if above.is_file() and above != path:
            return above if archive_name(above.name) else None
        if not above.exists() and folder.is_dir():
            return _packed_as(folder, above.name)
    return None


def as_unpacked(path: Path, archive: Path) -> Path:
    """Return a path through an archive as if all archives on it were unpacked."""
    inside = path.parts[len(archive.parent.parts) :]
    folders = [_stem(part) for part in inside[:-1]]
    return archive.parent.joinpath(*folders, inside[-1])


def _packed_as(folder: Path, name: str) -> Path | None:
    """Return the archive in a folder that unpacks to a name."""
    with os.scandir(folder) as entries:
        found = sorted(
            entry.path
            for entry in entries
            if (known := archive_name(entry.name)) and nfc(known.stem) == nfc(name)
        )
    return Path(found[0]) if found else None


def _stem(part: str) -> str:
    known = archive_name(part)
    return known.stem if known else part
