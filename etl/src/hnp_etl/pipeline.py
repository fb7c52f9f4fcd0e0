"""The build, top to bottom: hospital folders in, one data set out."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from hnp_etl import __version__
from hnp_etl.commit import commit, tidy
from hnp_etl.config import BuildConfig
from hnp_etl.engines import Task, ordered_map
from hnp_etl.intake import meet, pair, read_new
from hnp_etl.keys import load_key, make_key
from hnp_etl.plan import plan_shards
from hnp_etl.private import hold
from hnp_etl.pseudonyms import key_id
from hnp_etl.recipe import Recipe
from hnp_etl.shard import build_shard, build_without_killers
from hnp_etl.shard_plan import ShardPlan, library_versions
from hnp_etl.shard_result import ShardResult
from hnp_etl.stages import Stages
from hnp_etl.state import files, shards, slices
from hnp_etl.state.database import DamagedStateError, get_meta, open_state, set_meta
from hnp_etl.state.level_order import mark_disorder
from hnp_etl.walk import refuse_overlap
from hnp_shared.dataset import DATASET_FILE, SHARDS_FOLDER, Dataset, DatasetInfo, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.progress import track
from hnp_shared.storage import Written, sweep_temporary
from hnp_shared.vocabulary import UNCACHED_REASONS


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was done.

    Attributes:
        unchanged: sources and recipe are those of the data set that was there.
        new_key: a key was made in this run.
        read: files that were opened.
        built: shards that were written.
    """

    info: DatasetInfo
    unchanged: bool
    new_key: bool
    read: int
    built: int
    stages: Stages


@dataclass(slots=True)
class _Work:
    read: int = 0
    built: int = 0
    stages: Stages = field(default_factory=Stages)


def build(config: BuildConfig, *, executor: Executor) -> BuildReport:
    """Turn ``config.src`` into a data set; goes on where an earlier run stopped.

    A damaged state costs the time to make it anew.

    Raises:
        InputError: nothing usable, another key, or folders that overlap.
        OutputError: ``config.out`` is in use or holds something else.
        StorageError: a write failed; the data set that was there stands.
    """
    refuse_overlap(config.src, (config.out, config.private))
    with hold(config.out, config.private, disk=config.disk):
        try:
            return _run(config, executor)
        except DamagedStateError:
            return _run(config, executor)


def _run(config: BuildConfig, executor: Executor) -> BuildReport:
    with open_state(config.private) as state:
        old = _old_data_set(config.out)
        key = load_key(config.key_file, config.private, old.info.key_id if old else None)
        new_key = key is None
        key = make_key(config.private, disk=config.disk) if key is None else key
        work = _Work()
        with work.stages.timed("walk"):
            census = meet(state, config.src, config.recipe)
        _refuse_empty(state, config.recipe, census.files)
        fingerprint = _fingerprint(config.recipe, key, census)
        committed = get_meta(state, "committed")
        if (
            old
            and census.settled
            and committed == fingerprint + old.info.dataset_id
            and old.is_whole()
        ):
            tidy(config.out, old.info, disk=config.disk)
            return BuildReport(old.info, True, new_key, 0, 0, work.stages)
        info = _build(config, key, state, executor, work)
        lasting = not any(info.reasons.get(reason) for reason in UNCACHED_REASONS)
        set_meta(state, "committed", fingerprint + info.dataset_id if lasting else "")
    return BuildReport(info, False, new_key, work.read, work.built, work.stages)


def _build(
    config: BuildConfig, key: bytes, state: sqlite3.Connection, executor: Executor, work: _Work
) -> DatasetInfo:
    recipe, timed = config.recipe, work.stages.timed
    with timed("read"):
        work.read = read_new(state, executor, recipe, in_flight=config.in_flight)
    with timed("pair"):
        pair(state, recipe.label)
    with timed("choose"):
        slices.choose_all(state, recipe)
        sources = slices.identify(state, recipe.identity)
        slices.name_all(state, key, recipe.identity)
        mark_disorder(state, recipe.selection)
        spans = plan_shards(slices.slices_per_patient(state))
    with timed("shard"):
        built = _build_shards(config, state, executor, spans, work)
    with timed("commit"):
        return commit(state, config, key=key, sources=sources, built=built)


def _build_shards(
    config: BuildConfig,
    state: sqlite3.Connection,
    executor: Executor,
    spans: list[tuple[str, str]],
    work: _Work,
) -> dict[str, Written]:
    folder = config.out / SHARDS_FOLDER
    sweep_temporary(folder, role="an unfinished shard", disk=config.disk)
    shards.begin_shards(state)
    built: dict[str, Written] = {}

    def note(result: ShardResult) -> None:
        shards.note_shard(state, result)
        if result.file is not None:
            built[result.file.name] = result.file

    def missing() -> Iterator[ShardPlan]:
        for plan in shards.plans(state, spans, config.recipe):
            known = shards.built_before(state, plan, folder)
            if known is None:
                work.built += 1
                yield plan
            else:
                note(known)

    building = Task(partial(build_shard, folder=folder, disk=config.disk), build_without_killers)
    made = ordered_map(executor, building, missing(), in_flight=config.in_flight)
    for result in track(made, "decoding", total=len(spans), unit="shard"):
        note(result)
    return built


def _old_data_set(out: Path) -> Dataset | None:
    return open_dataset(out) if (out / DATASET_FILE).exists() else None


def _refuse_empty(state: sqlite3.Connection, recipe: Recipe, met: int) -> None:
    if files.images_left(state) == 0:
        wanted = ", ".join(recipe.layout.procedures) or "any"
        raise InputError(
            f"found {met} files but no image under procedure {wanted}; "
            "hnp-etl survey SRC shows what is there"
        )


def _fingerprint(recipe: Recipe, key: bytes, census: files.Census) -> str:
    parts = [__version__, library_versions(), recipe.model_dump(mode="json"), key_id(key)]
    text = json.dumps([*parts, census.files, census.digest], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
