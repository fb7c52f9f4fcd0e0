"""The stages of a build in their order: what is there, what it says, what fits, pixels, tables."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from hnp_etl.census import Census
from hnp_etl.commit import commit
from hnp_etl.config import BuildConfig
from hnp_etl.engines import Task, ordered_map
from hnp_etl.intake import meet, pair, read_new
from hnp_etl.plan import plan_shards
from hnp_etl.recipe import Recipe
from hnp_etl.shard import build_shard, build_without_killers
from hnp_etl.shard_plan import ShardPlan
from hnp_etl.shard_result import ShardResult
from hnp_etl.stages import Stages
from hnp_etl.state import files, shards, slices
from hnp_etl.state.level_order import mark_disorder
from hnp_shared.dataset_info import SHARDS_FOLDER, DatasetInfo
from hnp_shared.errors import InputError
from hnp_shared.progress import track
from hnp_shared.storage import Written, sweep_temporary


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did.

    Attributes:
        read: files that were opened.
        shards: how many were written.
    """

    info: DatasetInfo
    census: Census
    read: int
    shards: int


def build_stages(
    config: BuildConfig, key: bytes, state: sqlite3.Connection, executor: Executor, stages: Stages
) -> Built:
    """Go through all stages; what the state remembers is not done again.

    Raises:
        InputError: nothing usable.
        StorageError: a write failed; the data set that was there stands.
    """
    recipe, timed = config.recipe, stages.timed
    with timed("walk"):
        census = meet(state, config.src, recipe)
    _refuse_empty(state, recipe, census.files)
    with timed("read"):
        read = read_new(state, executor, recipe, in_flight=config.in_flight)
    with timed("pair"):
        pair(state, recipe.label)
    with timed("choose"):
        slices.choose_all(state, recipe)
        sources = slices.identify(state, recipe.identity)
        slices.name_all(state, key, recipe.identity)
        mark_disorder(state, recipe.selection)
        spans = plan_shards(slices.slices_per_patient(state))
    with timed("shard"):
        written, new = _build_shards(config, state, executor, spans)
    with timed("commit"):
        info = commit(state, config, key=key, sources=sources, built=written)
    return Built(info, census, read, new)


def _build_shards(
    config: BuildConfig, state: sqlite3.Connection, executor: Executor, spans: list[tuple[str, str]]
) -> tuple[dict[str, Written], int]:
    """Return all shards by name, and how many of them are new."""
    folder = config.out / SHARDS_FOLDER
    sweep_temporary(folder, role="an unfinished shard", disk=config.disk)
    shards.begin_shards(state)
    built: dict[str, Written] = {}
    planned = 0

    def note(result: ShardResult) -> None:
        shards.note_shard(state, result)
        if result.file is not None:
            built[result.file.name] = result.file

    def missing() -> Iterator[ShardPlan]:
        nonlocal planned
        for plan in shards.plans(state, spans, config.recipe):
            known = shards.built_before(state, plan, folder)
            if known is None:
                planned += 1
                yield plan
            else:
                note(known)

    building = Task(partial(build_shard, folder=folder, disk=config.disk), build_without_killers)
    made = ordered_map(executor, building, missing(), in_flight=config.in_flight)
    for result in track(made, "decoding", total=len(spans), unit="shard"):
        note(result)
    return built, planned


def _refuse_empty(state: sqlite3.Connection, recipe: Recipe, met: int) -> None:
    if files.images_left(state) == 0:
        wanted = ", ".join(recipe.layout.procedures) or "any"
        raise InputError(
            f"found {met} files but no image under procedure {wanted}; "
            "hnp-etl survey SRC shows what is there"
        )
