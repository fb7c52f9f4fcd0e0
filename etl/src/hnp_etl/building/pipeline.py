"""The build, from the outside: hospital folders in, one data set out, nothing done twice."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from hnp_etl import __version__
from hnp_etl.archives.told import ArchivesMet
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.losses import lost_reasons
from hnp_etl.building.noting import noted
from hnp_etl.building.timing import Stages
from hnp_etl.datasets.tidy import tidy
from hnp_etl.engines.engines import refuse_unfit
from hnp_etl.private.folder import hold
from hnp_etl.private.key import load_key, make_key
from hnp_etl.private.key_surprise import is_weak
from hnp_etl.private.pseudonyms import key_id
from hnp_etl.sharding.shard_plan import library_versions
from hnp_etl.state.database import Connection, DamagedStateError, get_meta, open_state, set_meta
from hnp_etl.state.faults import TableFaults, table_faults
from hnp_etl.state.told import archives_met, garbled_folders, idle_patterns
from hnp_etl.walking.census import Census, take_census
from hnp_etl.walking.walk import refuse_overlap, walk
from hnp_shared.dataset_info import DATASET_FILE, DatasetInfo, read_info
from hnp_shared.places import refuse_dataset, refuse_in_dataset
from hnp_shared.vocabulary import UNCACHED_REASONS

_FLAGS = "flags of the committed"


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was done.

    Attributes:
        unchanged: sources and recipe are those of the data set that was there.
        new_key: a key was made in this run.
        weak_key: the one that was given repeats itself or counts up.
        read: files that were opened.
        built: shards that were written.
        flags: slices by flag.
        garbled: names of folders that told something only once they were read as Korean.
        tables: what is wrong in tables of labels.
        idle_patterns: those of `layout.exclude`, by number from 1, that no path fitted.
        archives: what is told of them.
    """

    info: DatasetInfo
    unchanged: bool
    new_key: bool
    weak_key: bool
    read: int
    built: int
    stages: Stages
    flags: Mapping[str, int]
    garbled: int
    tables: TableFaults
    idle_patterns: Sequence[int]
    archives: ArchivesMet

    @property
    def to_try_again(self) -> Mapping[str, int]:
        """Reason -> files that could not be read or decoded this time, and are tried next time."""
        return lost_reasons(self.info)


def build(config: BuildConfig, *, executor: Executor) -> BuildReport:
    """Turn ``config.src`` into a data set; goes on where an earlier run stopped.

    A damaged state costs the time to make it anew.

    Raises:
        InputError: nothing usable, another key, or folders that overlap.
        OutputError: ``config.out`` is in use, holds something else or lies in another data set.
        GateError: a stated limit was passed, or the data set that was there would become empty.
        StorageError: a write failed, or too much could not be read. In all these cases the data set
            that was there stands.
    """
    refuse_overlap(config.src, {"OUT": config.out, "--private": config.private})
    for place in (config.out, config.private):
        refuse_in_dataset(place.absolute().parent)
    refuse_dataset(config.private)
    with hold(config.out, config.private, disk=config.disk):
        try:
            return _run(config, executor)
        except DamagedStateError:
            return _run(config, executor)


def _run(config: BuildConfig, executor: Executor) -> BuildReport:
    with open_state(config.private) as state:
        old = read_info(config.out) if (config.out / DATASET_FILE).exists() else None
        key = load_key(config.key_file, config.private, old.key_id if old else None)
        new_key = key is None
        key = make_key(config.private, disk=config.disk) if key is None else key
        stages = Stages()
        committed = get_meta(state, "committed")
        if old and committed:  # looking first, even if all is met again, costs 5 us a file
            with stages.timed("compare"):
                census = take_census(walk(config.src))
            same = committed == _fingerprint(config, key, census) + old.dataset_id
            if same and census.settled and old.is_whole(config.out):
                with noted(old.notices):
                    config.gates.check(old)
                tidy(config.out, old, disk=config.disk)
                told = _told(state)
                return BuildReport(old, True, new_key, is_weak(key), 0, 0, stages, *told)
        refuse_unfit(executor, config.src, config.out, disk=config.disk)
        # importing these takes longer than to compare
        from hnp_etl.building.stages import build_stages  # noqa: PLC0415
        from hnp_shared.manifest import count_flags  # noqa: PLC0415

        built = build_stages(config, key, state, executor, stages)
        lasting = not any(built.info.reasons.get(reason) for reason in UNCACHED_REASONS)
        fingerprint = _fingerprint(config, key, built.census)
        set_meta(state, "committed", fingerprint + built.info.dataset_id if lasting else "")
        set_meta(state, _FLAGS, json.dumps(count_flags(config.out / built.info.manifest)))
        told = _told(state)
    return BuildReport(
        built.info, False, new_key, is_weak(key), built.read, built.shards, stages, *told
    )


def _told(
    state: Connection,
) -> tuple[Mapping[str, int], int, TableFaults, list[int], ArchivesMet]:
    return (
        json.loads(get_meta(state, _FLAGS) or "{}"),
        garbled_folders(state),
        table_faults(state),
        idle_patterns(state),
        archives_met(state),
    )


def _fingerprint(config: BuildConfig, key: bytes, census: Census) -> str:
    recipe = config.recipe.model_dump(mode="json")
    read = sorted((each.sha256, each.adjudicates) for each in config.corrections)
    parts = [__version__, library_versions(), recipe, key_id(key), read]
    text = json.dumps([*parts, census.files, census.digest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
