"""What is published: a data set that is as it was written, file by file."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hnp_etl.datasets.tidy import is_ours
from hnp_shared.counted import counted
from hnp_shared.dataset_info import (
    DATASET_FILE,
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    NamedFile,
    is_there,
    parse_info,
    read_content,
)
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.opening import open_regular
from hnp_shared.vocabulary import FIRST_VERSION, SCHEMA_VERSION

PIECE_BYTES = 8 * 2**20
"""Files that are not larger are read, and go up, in one piece; others in parts of this size."""


@dataclass(frozen=True, slots=True)
class Local:
    """A data set of this machine, as its dataset.json was read.

    Attributes:
        folder: where it lies.
        content: of its dataset.json.
        info: what that says.
    """

    folder: Path
    content: bytes
    info: DatasetInfo


def read_local(folder: Path) -> Local:
    """Read what is to be published, and refuse what `check` would call damaged at a glance.

    Raises:
        InputError: there is no data set, or it is not as it was written.
        OutputError: a link is in the place of one of its folders, and may lead anywhere.
    """
    content = read_content(folder)
    info = parse_info(content)
    known = info.schema_version in (SCHEMA_VERSION, FIRST_VERSION)
    if known and content != info.to_json():  # a later minor version may say more
        raise InputError(f"{DATASET_FILE} was changed after it was written{_AND_NOW}")
    for name in (SHARDS_FOLDER, TABLES_FOLDER):
        if (folder / name).is_symlink():
            raise OutputError(f"{name} is a link, expected a folder; nothing was published")
    strange = sum(not is_ours(name, file) for name, file in info.files.items())
    if strange:  # a dataset.json of somebody else's could name a key
        raise InputError(
            f"found {counted(strange, 'file')} in {DATASET_FILE} that are not named after their "
            f"content{_AND_NOW}"
        )
    absent = sum(not is_there(folder / name, file) for name, file in info.files.items())
    if absent:
        raise InputError(
            f"found {absent} of {counted(len(info.files), 'file')} missing or of another "
            f"size{_AND_NOW}"
        )
    return Local(folder, content, info)


def pieces_of(
    folder: Path, name: str, expected: NamedFile, go_on: Callable[[], None]
) -> Iterator[bytes]:
    """Yield a file piece by piece; its end is an error when all was not what was written.

    Whoever takes the pieces keeps nothing of them then.

    Args:
        folder: of the data set.
        name: of the file, below it.
        expected: what dataset.json says of it.
        go_on: raises when the work is to stop.

    Raises:
        InputError: it holds something else.
        StorageError: it could not be read.
    """
    digest, size = hashlib.sha256(), 0
    try:
        with open_regular(folder / name, role=name, follow=False) as file:
            while piece := file.read(PIECE_BYTES):
                go_on()
                digest.update(piece)
                size += len(piece)
                yield piece
    except OSError as error:
        raise StorageError.of(name, error) from error
    if (digest.hexdigest(), size) != (expected.sha256, expected.size):
        raise InputError(f"{name} is not what {DATASET_FILE} says{_AND_NOW}")


_AND_NOW = "; the data set is damaged, hnp-etl check tells more"
