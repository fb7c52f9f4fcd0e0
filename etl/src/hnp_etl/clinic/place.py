"""Where patients may be named: a closed folder that is no data set's and no source's."""

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from hnp_etl.private.folder import hold_private
from hnp_etl.private.linkage import LINKAGE_FILE
from hnp_etl.state.database import STATE_FILE
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.errors import OutputError
from hnp_shared.places import holds_dataset
from hnp_shared.storage import DISK, Disk


@contextlib.contextmanager
def hold_attached(target: Path, sources: Sequence[Path], *, disk: Disk = DISK) -> Iterator[None]:
    """Make a folder that may name patients, mode 0700, and keep others out of it.

    A folder in a private folder will do; the private folder itself has other things in it.

    Raises:
        InputError: others may look into it, or it overlaps the sources.
        OutputError: it lies in a data set, or is a data set's private folder.
        StorageError: it could not be made.
    """
    whole = Path(os.path.realpath(target))
    if any(map(holds_dataset, (whole, *whole.parents))):
        raise OutputError(
            "--out lies in a data set, which may leave the hospital; expected a private place such "
            "as OUT.private/attached"
        )
    if any((whole / name).exists() for name in (LINKAGE_FILE, STATE_FILE)):
        raise OutputError(
            "--out is the private folder of a data set, expected a folder of its own in it"
        )
    for source in sources:
        refuse_overlap([source], {"--out": target})
    with hold_private(target, disk=disk):
        yield
