"""Judges what a build would commit: gates act before the data set that is there is replaced."""

from collections.abc import Iterable

import pyarrow.compute as pc

from hnp_etl.building.config import BuildConfig
from hnp_etl.building.losses import Losses, lost_reasons, places_of, slices_lost
from hnp_etl.datasets.gate import refuse_nothing_accepted
from hnp_etl.datasets.tidy import sweep_unnamed
from hnp_etl.private.pseudonyms import slice_name
from hnp_etl.state import lost, rows
from hnp_etl.state.database import SINGLE, Connection
from hnp_etl.walking.paths import source_labels
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import GateError, HnpError
from hnp_shared.ledger import replace_ledger
from hnp_shared.storage import remove
from hnp_shared.vocabulary import State

ATTEMPT_FILE = "attempt-ledger.parquet"
"""In the private folder: the ledger of a build that was not committed."""


def judge(state: Connection, config: BuildConfig, key: bytes) -> rows.Outcomes:
    """Return what became of the files, when that may be committed.

    Otherwise the ledger of the attempt is left in the private folder, and the data set that is
    there as it is.

    Raises:
        GateError: a limit that the user stated was passed, or a data set would become empty.
        StorageError: too much could not be read or decoded.
    """
    found = rows.outcomes(state)
    old = open_dataset(config.out) if (config.out / DATASET_FILE).exists() else None
    try:
        if not config.gates.accept_losses:
            _losses(state, config, key, found, old).check()
        _check_gates(config, found)
        if old is not None and old.info.states.get(State.ACCEPTED, 0):
            refuse_nothing_accepted(found, "the data set that was there stays")
    except HnpError:
        _leave(state, config, key, old)
        raise
    attempt = config.private / ATTEMPT_FILE
    if attempt.exists():
        remove(attempt, role="the ledger of an attempt", disk=config.disk)
    return found


def _check_gates(config: BuildConfig, found: rows.Outcomes) -> None:
    try:
        config.gates.check(found)
    except GateError as error:
        where = f"its ledger is {ATTEMPT_FILE} in the private folder"
        raise GateError(f"{error}; nothing was committed, {where}") from error


def _losses(
    state: Connection,
    config: BuildConfig,
    key: bytes,
    found: rows.Outcomes,
    old: Dataset | None,
) -> Losses:
    reasons, labels = lost_reasons(found), source_labels(config.src)
    empty = lost.empty_sources(state, labels)
    if not reasons and not empty:  # the usual case, which costs nothing
        return Losses(sum(found.states.values()), {}, 0, 0)
    paths = list(lost.paths(state))
    before, gone = frozenset[str](), 0
    if old is not None:
        manifest = old.manifest_table()
        before = frozenset(manifest.column("slice_id").to_pylist())
        frames = pc.max(manifest.column("frame")).as_py() or SINGLE
        hidden = bool(empty or lost.has_closed_folder(state))
        images = lost.images(state, hidden=hidden)
        met = _ids(key, lost.met_images(state), frames) if hidden else None
        gone = slices_lost(before, _ids(key, images, frames), met)
    files = sum(found.states.values())
    return Losses(files, reasons, len(before), gone, places_of(paths, labels), empty)


def _ids(key: bytes, images: Iterable[lost.LostImage], most_frames: int) -> set[str]:
    """Return the slice_ids that images have; those of all frames where it is not known which."""
    return {
        slice_name(key, each.path, frame)
        for each in images
        for frame in (range(most_frames + 1) if each.frame is None else (each.frame,))
    }


def _leave(state: Connection, config: BuildConfig, key: bytes, old: Dataset | None) -> None:
    """Keep the ledger for people, and take out of OUT what nobody names."""
    rows.prepare_ledger(state, key)
    path = config.private / ATTEMPT_FILE
    replace_ledger(path, rows.ledger_rows(state), mode=0o600, disk=config.disk)
    if old is not None:
        sweep_unnamed(config.out, old.info, disk=config.disk)
