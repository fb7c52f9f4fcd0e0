"""Where the tree begins that a single file belongs to, from its path alone. Pure."""

from collections.abc import Sequence
from pathlib import Path

from hnp_etl.recipes.recipe import Layout
from hnp_etl.walking.paths import TELLS, PathReader, nfc

_SURE = ("hospital", "procedure", "side")
"""What only a folder of a delivered tree tells."""

REACH = 2
"""How many folders above those a partition or a mark of corrections may lie: a home folder
`trainer` would otherwise make all that is in it one tree."""


def tree_of(file: Path, layout: Layout) -> Path:
    """Return the folder that a build over ``file`` would be given.

    It is the folder above the topmost one whose name tells something, so that parallel label
    folders and folders of corrections lie in it; the file's own folder when no name tells.

    Args:
        file: absolute.
        layout: how folder names tell.
    """
    folders = file.parent.parts[1:]
    top = _topmost(folders, PathReader(layout))
    if top is None:
        return file.parent
    return Path(file.anchor, *folders[: max(1, top)])


def _topmost(folders: Sequence[str], reader: PathReader) -> int | None:
    """Return the index of the topmost folder that tells; the deepest match of a kind counts."""
    deepest: dict[str, int] = {}
    for index, folder in enumerate(folders):
        deepest |= dict.fromkeys(reader.told_by(nfc(folder)), index)
    top = min((deepest[word] for word in _SURE if word in deepest), default=None)
    for word in TELLS:
        if word in deepest and (top is None or top - REACH <= deepest[word] < top):
            top = deepest[word]
    return top
