"""What lies in a tree beside sound pairs, as sibling sets have shown it, pure."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import PurePosixPath


class Trap(StrEnum):
    """What a tree holds that a reader may stumble over.

    `orphans`: labels without an image, and images of no disc without a label. `copies`: each label
    in a second folder too. `patched`: labels that say nothing, and the right ones in a folder of
    corrections. `renamed`: labels under names of their own, so that only the file name inside leads
    to the image. `junk`: what systems and people leave behind.
    """

    ORPHANS = "orphans"
    COPIES = "copies"
    PATCHED = "patched"
    RENAMED = "renamed"
    JUNK = "junk"


_JUNK = {
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    ".DS_Store": b"\0\0\0\1Bud1",
    "README": b"no DICOM at all",
    "empty.dcm": b"",
    "broken.json": b'{"Age": ',
    "notes.xlsx": b"PK",
}
_FIRST = "_01_001"
"""End of the name of a patient's first image."""


def label_place(
    traps: frozenset[Trap], path: PurePosixPath, *, shows_disc: bool
) -> PurePosixPath | None:
    """Return where the label that belongs at ``path`` is written, None for nowhere."""
    if Trap.ORPHANS in traps and not shows_disc:
        return None
    if Trap.PATCHED in traps:
        return path.parent.with_name(f"{path.parent.name}_수정") / path.name
    if Trap.RENAMED in traps:
        return path.with_name(f"{hashlib.sha256(path.stem.encode()).hexdigest()[:12]}.json")
    return path


def trap_files(
    traps: frozenset[Trap], path: PurePosixPath, labels: tuple[bytes, bytes]
) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield path and content of further files.

    Args:
        traps: what is asked for.
        path: where the label of an image belongs.
        labels: the right label, and one that names no disc.
    """
    right, nothing = labels
    first = path.stem.endswith(_FIRST)
    if Trap.PATCHED in traps:
        yield path, nothing
    if Trap.COPIES in traps:
        yield "backup" / path, right
    if Trap.ORPHANS in traps and first:
        yield path.with_name(f"{path.stem}9.json"), right
    if Trap.JUNK in traps and first:
        for name, content in _JUNK.items():
            yield path.with_name(name), content
