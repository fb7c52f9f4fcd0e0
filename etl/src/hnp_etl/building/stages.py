"""The stages of a build in their order: what is there, what it says, what fits, pixels, tables."""

from concurrent.futures import Executor
from dataclasses import dataclass

from hnp_etl.archives.lifting import sweep
from hnp_etl.building.commit import Told, commit
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.intake import meet, pair, read_new
from hnp_etl.building.judging import judge
from hnp_etl.building.noting import noted
from hnp_etl.building.shards_stage import build_shards
from hnp_etl.building.timing import Stages
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.sharding.plan import plan_shards
from hnp_etl.state import archives, corrections, files, identity, slices
from hnp_etl.state.changes import note_changes
from hnp_etl.state.database import Connection
from hnp_etl.state.flow import flow_of
from hnp_etl.state.level_order import mark_disorder
from hnp_etl.state.lost import hidden_losses
from hnp_etl.state.misfits import misfits
from hnp_etl.state.told import archives_met
from hnp_etl.walking.census import Census
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError

_TRIES = 3
"""A file that changes under the build is read from the start; one that keeps changing, so often."""


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
    config: BuildConfig, key: bytes, state: Connection, executor: Executor, stages: Stages
) -> Built:
    """Go through all stages; what the state remembers is not done again.

    Raises:
        InputError: nothing usable.
        StorageError: a write failed; the data set that was there stands.
    """
    recipe, timed, read = config.recipe, stages.timed, 0
    sweep(config.private)
    with timed("walk"):
        census = meet(state, config.src, recipe, executor)
    _refuse_empty(state, recipe, census.files)
    made, tries = None, _TRIES
    while made is None:
        tries -= 1
        with timed("read"):
            new = read_new(state, executor, recipe, in_flight=config.in_flight)
            read += new
            if _changed(state, recipe, new, last=not tries):
                continue
        with timed("pair"):
            pair(state, recipe.label)
        with timed("choose"):
            slices.choose_all(state, recipe)
            corrected = corrections.correct_slices(state, key, config.corrections, recipe.label)
            settled = identity.identify(state, recipe.identity)
            identity.name_all(state, key, recipe.identity)
            mark_disorder(state, recipe.selection)
            spans = plan_shards(slices.slices_per_patient(state))
        with timed("shard"):
            made = build_shards(config, state, executor, spans, final=not tries)
    with timed("commit"):
        archives.note_used(state)
        notices = (*misfits(state, settled, recipe.identity), *hidden_losses(state))
        with noted(notices):
            found = judge(state, config, key)
        applied = corrections.applied(state, config.corrections, corrected)
        told = Told(settled.sources, notices, found, flow_of(state, settled.sources), applied)
        info = commit(state, config, key=key, told=told, built=made.files)
    return Built(info, census, read, made.new)


def _changed(state: Connection, recipe: Recipe, new: int, *, last: bool) -> bool:
    """Tell whether files changed since they were met, so that they must be read from the start.

    A picture that was read now must not get a label that was replaced just before: only when all
    are seen to be as they were met, once all is read, do they belong together.
    """
    if not (new or files.unreadable(state, 1)):
        return False
    return note_changes(state, recipe.limits, last=last) > 0 and not last


def _refuse_empty(state: Connection, recipe: Recipe, met: int) -> None:
    if files.images_left(state) == 0:
        wanted = ", ".join(recipe.layout.procedures) or "any"
        error = InputError(
            f"found {met} files but no image under procedure {wanted}; "
            "hnp-etl survey SRC shows what is there"
        )
        for line in archives_met(state).lines():
            error.add_note(f"warning: {line}")
        raise error
