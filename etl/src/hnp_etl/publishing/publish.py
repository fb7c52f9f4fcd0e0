"""Publishes a data set: what is absent, by the names of contents, then dataset.json.

Until dataset.json is replaced a reader sees the old data set, whose files stay; from then on the
new one, whose files are all there. Whatever stops the work on the way, the same command goes on.
"""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from hnp_etl.publishing.local import PIECE_BYTES, Local, pieces_of, read_local
from hnp_etl.publishing.target import is_local, opened, refuse_blind
from hnp_shared.dataset_info import (
    DATASET_FILE,
    MAX_DATASET_BYTES,
    SHARDS_FOLDER,
    TABLES_FOLDER,
    DatasetInfo,
    parse_info,
)
from hnp_shared.errors import InputError, OutputError, StoppedError
from hnp_shared.progress import track
from hnp_shared.stores.address import checked
from hnp_shared.stores.store import ConflictError, Store, Stored
from hnp_shared.stores.transfers import in_threads


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did.

    Attributes:
        info: of the data set.
        before: id of the data set that was there, None when there was none.
        uploaded: files that were not there.
        uploaded_bytes: of them all.
        present: files that were there.
        unchanged: whether dataset.json was there already.
    """

    info: DatasetInfo
    before: str | None
    uploaded: int
    uploaded_bytes: int
    present: int
    unchanged: bool


def publish(out: Path, address: str, *, alone: bool = False) -> Published:
    """Publish the data set in ``out``.

    Args:
        out: folder of the data set; nothing but what its dataset.json names is read.
        address: of the store, ``s3://bucket/spine``; credentials are in the environment.
        alone: whether the user vouches that nobody else publishes there, so that a store need not
            tell two publishers apart.

    Raises:
        InputError: the data set is damaged, or the address cannot be used.
        OutputError: somebody else published meanwhile, or another data set is there.
        StorageError: the store or a file failed.
    """
    address = checked(address)
    local = read_local(out)
    with opened(address) as store:
        before = store.read(DATASET_FILE, most_bytes=MAX_DATASET_BYTES)
        was = _refuse_other(before, local.info)
        absent = _absent(store, local.info)
        unchanged = before is not None and before.content == local.content
        conditions = not (is_local(address) or alone)
        if conditions and not unchanged:
            refuse_blind(store)
        _upload(store, local, absent)
        if absent and is_local(address):
            os.sync()  # a folder may forget a file and keep the name that vouches for it
        if not unchanged:
            _commit(store, local, before, conditions=conditions)
    size = sum(local.info.files[name].size for name in absent)
    present = len(local.info.files) - len(absent)
    return Published(local.info, was, len(absent), size, present, unchanged)


def _refuse_other(before: Stored | None, info: DatasetInfo) -> str | None:
    """Refuse to replace somebody else's data set; return the id of the one there."""
    if before is None:
        return None
    try:
        there = parse_info(before.content)
    except InputError as error:
        raise OutputError(
            f"found a {DATASET_FILE} at the address that is damaged or another program's, expected "
            "none, or one of ours; publish to another address or remove it"
        ) from error
    if there.key_id != info.key_id:
        raise OutputError(
            f"found a data set of key {there.key_id} at the address, this one is of key "
            f"{info.key_id}: ids would not match; expected another address"
        )
    return there.dataset_id


def _absent(store: Store, info: DatasetInfo) -> list[str]:
    there = store.sizes(SHARDS_FOLDER) | store.sizes(TABLES_FOLDER)
    return sorted(name for name, file in info.files.items() if there.get(name) != file.size)


def _upload(store: Store, local: Local, names: list[str]) -> None:
    work = _Upload(store, local)
    try:
        for _ in track(in_threads(work.upload, names), "publishing", total=len(names), unit="file"):
            pass
    except BaseException:
        work.stop.set()
        raise


@dataclass(frozen=True, slots=True)
class _Upload:
    store: Store
    local: Local
    stop: threading.Event = field(default_factory=threading.Event)

    def upload(self, name: str) -> None:
        expected = self.local.info.files[name]
        pieces = pieces_of(self.local.folder, name, expected, self._go_on)
        whole = expected.size <= PIECE_BYTES
        self.store.write(name, b"".join(pieces) if whole else pieces)

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise StoppedError("publishing was stopped; run the same command again to go on")


def _commit(store: Store, local: Local, before: Stored | None, *, conditions: bool) -> None:
    """Replace dataset.json, unless somebody else did since it was read."""
    if not conditions:
        store.write(DATASET_FILE, local.content)
        return
    try:
        store.write_if(DATASET_FILE, local.content, before)
    except ConflictError as error:
        now = store.read(DATASET_FILE, most_bytes=MAX_DATASET_BYTES)
        if now is not None and now.content == local.content:
            return  # an answer of the store was lost, and the request sent again
        raise OutputError(
            "somebody else published there meanwhile, and theirs stands; look at both, then run "
            "the same command again"
        ) from error
