"""The survey, top to bottom: the stages of a build up to pairing, then counts."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from hnp_etl.building.intake import meet, pair, read_new
from hnp_etl.building.timing import Stages
from hnp_etl.reading.sealed import unpack_header, unpack_label
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state import counts, files
from hnp_etl.state.database import DamagedStateError, open_state
from hnp_etl.survey.archives import find_archives
from hnp_etl.survey.code_pattern import CodePattern, code_pattern
from hnp_etl.survey.findings import Draft, Findings
from hnp_etl.survey.folder_counts import FolderCounts
from hnp_etl.survey.folders import LayoutDraft, draft_layout
from hnp_etl.survey.images import ImageTally, Seen, tally_images
from hnp_etl.survey.key_guess import KeyGuesser
from hnp_etl.survey.label_draft import LabelDraft, draft_label
from hnp_etl.survey.label_keys import LabelKeys, profile_keys
from hnp_etl.survey.masking import shown_key
from hnp_etl.survey.names import compare_names
from hnp_etl.survey.others import look_at_others
from hnp_etl.walking.paths import PathReader
from hnp_etl.walking.walk import walk
from hnp_shared.errors import InputError
from hnp_shared.vocabulary import Kind, Reason

DRAFT_NAME = "surveyed"


@dataclass(frozen=True, slots=True)
class SurveyConfig:
    """What a user asks for.

    Attributes:
        recipe: spellings and patterns to try first.
        in_flight: tasks that may wait for a worker.
    """

    src: tuple[Path, ...]
    recipe: Recipe
    in_flight: int = 4


def survey(config: SurveyConfig, folder: Path, *, executor: Executor) -> Findings:
    """Classification at the sources and draft a recipe.

    Args:
        config: what was asked for.
        folder: of the state; a build that uses it opens no file again.
        executor: reads files.

    Raises:
        StorageError: the state could not be written.
    """
    try:
        with open_state(folder) as state:
            return _survey(config, state, executor)
    except DamagedStateError:
        with open_state(folder) as state:
            return _survey(config, state, executor)


def _survey(config: SurveyConfig, state: sqlite3.Connection, executor: Executor) -> Findings:
    if config.recipe.label.origin.module is not None:
        raise InputError(
            f"found label source {config.recipe.label.source}, "
            "expected json: a survey reads labels of one file an image"
        )
    stages = Stages()
    with stages.timed("walk"):
        layout = _walk(config, state)
    with stages.timed("read"):
        read = read_new(state, executor, config.recipe, in_flight=config.in_flight)
    with stages.timed("keys"):
        keys = profile_keys(counts.leaves(state), KeyGuesser(config.recipe.label))
        label = draft_label(keys, config.recipe.label)
    with stages.timed("pair"):
        pair(state, label.label)
    with stages.timed("count"):
        tally = tally_images(_images(state), config.recipe)
        codes = code_pattern(tally.cells, label.label.codes)
        layout = _narrowed(layout, counts.places(state), tally)
        draft = _draft(config.recipe, layout, label, codes)
        return _findings(state, (keys, tally, codes), draft, read, stages)


def _walk(config: SurveyConfig, state: sqlite3.Connection) -> LayoutDraft:
    """Classification at the folders for a layout, then note the files under it."""
    reader = PathReader(config.recipe.layout)
    paths = (reader.said(met.path) for met in walk(config.src))
    drafted = draft_layout(FolderCounts.of(paths), config.recipe.layout)
    meet(state, config.src, config.recipe.model_copy(update={"layout": drafted.layout}))
    return drafted


def _images(state: sqlite3.Connection) -> Iterator[Seen]:
    for image in counts.images(state):
        refused = Reason.LABEL_REJECTED if image.paired else None
        label = unpack_label(image.label) if image.label else refused
        yield Seen(image.hospital, image.procedure, unpack_header(image.facts), label)


def _draft(start: Recipe, layout: LayoutDraft, label: LabelDraft, codes: CodePattern) -> Draft:
    checks = {f"layout.{key}": why for key, why in layout.checks.items()}
    checks |= {f"label.{key}": why for key, why in label.checks.items()}
    checks |= {f"label.codes.{code}": "" for code in codes.meanings}
    recipe = start.model_copy(
        update={
            "name": DRAFT_NAME,
            "confirmed": False,
            "layout": layout.layout,
            "label": label.label.model_copy(update={"codes": dict(codes.meanings)}),
        }
    )
    refused = {shown_key(path): count for path, count in label.refused.items()}
    return Draft(recipe, checks, label.hidden_codes, refused)


def _narrowed(
    drafted: LayoutDraft, places: Sequence[counts.Place], tally: ImageTally
) -> LayoutDraft:
    """Return a layout that takes the procedures of wanted images, unless labels lie elsewhere."""
    wanted = set(tally.procedures)
    of_labels = {place.procedure for place in places if place.kind is Kind.LABEL}
    lost = None in wanted | of_labels or (of_labels and not wanted <= of_labels)
    if drafted.layout.procedures or lost:
        return drafted
    procedures = tuple(sorted(str(each) for each in wanted))
    return replace(drafted, layout=drafted.layout.model_copy(update={"procedures": procedures}))


def _findings(
    state: sqlite3.Connection,
    found: tuple[LabelKeys, ImageTally, CodePattern],
    draft: Draft,
    read: int,
    stages: Stages,
) -> Findings:
    keys, tally, codes = found
    places = tuple(counts.places(state))
    reasons = Counter[tuple[Kind, Reason]]()
    for kind, reason, count in counts.reasons(state):
        reasons[kind, reason] += count
    unopened = sum(n for (_, reason), n in reasons.items() if reason is Reason.NOT_PROCEDURE)
    return Findings(
        files=sum(place.files for place in places),
        places=places,
        unopened=unopened,
        others=look_at_others(counts.others(state)),
        archives=tuple(find_archives(counts.others(state))),
        refusals=tuple((*key, count) for key, count in sorted(reasons.items())),
        series=tuple(tally.rows()),
        keys=keys,
        encodings=tuple(counts.encodings(state)),
        codes=codes,
        steps=counts.steps(state),
        unpaired=compare_names(counts.loose(state)),
        unpaired_wanted=tally.refused[Reason.NO_LABEL],
        identity=tuple(tally.identity(draft.recipe.identity)),
        outcomes=tally.outcomes(draft.recipe.label),
        draft=draft,
        read=read,
        stages=stages,
        garbled=files.garbled_folders(state),
    )
