"""The survey, top to bottom: the stages of a build up to pairing, then counts."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

from hnp_etl.building.intake import meet, pair, read_new
from hnp_etl.building.timing import Stages
from hnp_etl.labels.label import LabelFacts
from hnp_etl.reading.sealed import unpack_header, unpack_label
from hnp_etl.recipes.label_sources import TABLE_SUFFIXES
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Layout, Recipe
from hnp_etl.state import archives, counts, identity, slices, whereabouts
from hnp_etl.state.database import Connection, DamagedStateError, open_state
from hnp_etl.state.lost import hidden_losses
from hnp_etl.state.misfits import misfits
from hnp_etl.state.told import garbled_folders, idle_patterns
from hnp_etl.survey.archives import find_archives
from hnp_etl.survey.code_pattern import CodePattern, code_pattern
from hnp_etl.survey.copies import find_copies
from hnp_etl.survey.exports import EXPORT_SUFFIXES, find_exports
from hnp_etl.survey.findings import Draft, Findings
from hnp_etl.survey.folder_counts import FolderCounts
from hnp_etl.survey.folders import LayoutDraft, draft_layout
from hnp_etl.survey.frames import each_slice
from hnp_etl.survey.images import ImageTally, Seen, tally_images
from hnp_etl.survey.key_guess import KeyGuesser
from hnp_etl.survey.label_draft import DRAFTED, LabelDraft, draft_label
from hnp_etl.survey.label_keys import LabelKeys, profile_keys
from hnp_etl.survey.masking import shown_place
from hnp_etl.survey.names import compare_names
from hnp_etl.survey.others import look_at_others
from hnp_etl.survey.private_page import NamedFolders
from hnp_etl.survey.recipe_draft import draft_recipe, narrowed
from hnp_etl.survey.table_draft import draft_entries, look_at_tables, rows_of
from hnp_etl.survey.table_files import read_tables
from hnp_etl.survey.table_sheet import TableSheet
from hnp_etl.walking.paths import PathReader
from hnp_etl.walking.walk import walk
from hnp_shared.notices import Notice
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL, Kind, Reason


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
    """Look at the sources and draft a recipe.

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


def _survey(config: SurveyConfig, state: Connection, executor: Executor) -> Findings:
    stages = Stages()
    with stages.timed("walk"):
        layout = _walk(config, state)
    with stages.timed("read"):
        read = read_new(state, executor, config.recipe, in_flight=config.in_flight)
    with stages.timed("keys"):
        sheets = _tables(config.recipe, state)
        keys, label = _exported(config.recipe, state) or _labels(config.recipe.label, state, sheets)
    if label.label.source != config.recipe.label.source:
        with stages.timed("read"):
            rules = config.recipe.model_copy(update={"layout": layout.layout, "label": label.label})
            meet(state, config.src, rules)
            read += read_new(state, executor, rules, in_flight=config.in_flight)
    with stages.timed("pair"):
        pair(state, label.label)
    with stages.timed("count"):
        tally = tally_images(_images(state, config.recipe), config.recipe)
        codes = code_pattern(tally.cells, label.label.codes)
        layout = narrowed(layout, counts.places(state), tally)
        draft = draft_recipe(config.recipe, layout, label, codes)
        found = _findings(state, (keys, tally, codes), draft, read, stages)
        columns = tuple(name for sheet in sheets for name in sheet.columns)
        named = replace(found.named, columns=columns)
        return replace(found, named=named, tables=tuple(sheets))


def _notices(state: Connection, recipe: Recipe) -> tuple[Notice, ...]:
    """Choose as a build with the drafted recipe does, and tell what does not fit."""
    slices.choose_all(state, recipe)
    settled = identity.identify(state, recipe.identity)
    identity.name_all(state, secrets.token_bytes(32), recipe.identity)
    found = (*misfits(state, settled, recipe.identity), *hidden_losses(state))
    return tuple(replace(each, hospital=shown_place(each.hospital)) for each in found)


def _named(state: Connection, layout: Layout, keys: LabelKeys, tally: ImageTally) -> NamedFolders:
    reader = PathReader(layout)
    copies = find_copies(
        whereabouts.image_copies(state),
        lambda path: reader.facts(path).hospital,
        lambda folder: whereabouts.files_below(state, folder, images=True),
    )
    homeless = sorted(whereabouts.homeless_folders(state))
    every = {".".join(path): count for path, count in keys.every.items()}
    return NamedFolders(
        homeless, whereabouts.closed_paths(state), copies, texts=tally.texts, keys=every, columns=()
    )


def _walk(config: SurveyConfig, state: Connection) -> LayoutDraft:
    """Look at the folders for a layout, then note the files under it."""
    reader = PathReader(config.recipe.layout)
    unfold = archives.unfolder(state, config.recipe)
    met = (found.path for found in unfold(walk(config.src)))
    paths = (reader.said(path) for path in met if not reader.excludes(path))
    drafted = draft_layout(FolderCounts.of(paths), config.recipe.layout)
    meet(state, config.src, config.recipe.model_copy(update={"layout": drafted.layout}))
    return drafted


def _tables(recipe: Recipe, state: Connection) -> list[TableSheet]:
    files = counts.tables(state, TABLE_SUFFIXES)
    tables = read_tables(files, recipe.limits)
    return look_at_tables(tables, counts.image_names(state), recipe.label) if tables else []


def _labels(
    start: Label, state: Connection, sheets: Sequence[TableSheet]
) -> tuple[LabelKeys, LabelDraft]:
    """Return the keys of labels and a draft for them: of JSON files, else of tables."""
    if start.source not in DRAFTED:
        kept = LabelDraft(start, {}, 0, frozenset(), {})
        return profile_keys((), KeyGuesser(start)), kept
    if start.origin.module is None:
        keys = profile_keys(counts.leaves(state), KeyGuesser(start))
        entries = None if keys.labels else draft_entries(sheets, start.table)
    else:
        keys, entries = profile_keys((), KeyGuesser(start)), draft_entries(sheets, start.table)
    if entries is None:
        return keys, draft_label(keys, start)
    label = start.model_copy(update={"source": "table", "table": entries})
    rows = ((UNKNOWN_HOSPITAL, leaves) for leaves in rows_of(sheets, label))
    keys = profile_keys(rows, KeyGuesser(label))
    draft = draft_label(keys, label)
    checks = {**draft.checks, "table": "columns of image, disc and code by their values"}
    return keys, replace(draft, checks=checks)


def _exported(recipe: Recipe, state: Connection) -> tuple[LabelKeys, LabelDraft] | None:
    """Return the keys and a draft for exports of an annotation tool, unless labels are others."""
    start = recipe.label
    if start.source not in DRAFTED:
        return None
    files = counts.tables(state, EXPORT_SUFFIXES)
    found = find_exports(files, start, recipe.limits)
    if found is None:
        return None
    if start.origin.module is None and not found.are_most:
        others = profile_keys(counts.leaves(state), KeyGuesser(start))
        if any(each.guess and each.guess.is_level for each in others.keys):
            return None
    rows = ((UNKNOWN_HOSPITAL, leaves) for leaves in found.rows)
    keys = profile_keys(rows, KeyGuesser(found.label))
    draft = draft_label(keys, found.label)
    told = "classes and attributes of marks that name a disc and a code"
    return keys, replace(draft, checks={**draft.checks, "source": told})


def _images(state: Connection, recipe: Recipe) -> Iterator[Seen]:
    for image in counts.images(state):
        facts = unpack_header(image.facts)
        seen = Seen(image.hospital, image.procedure, facts, _said(image.label, image.paired))
        labels: Mapping[int, str | None] = {}
        if facts.per_frame:
            labels = counts.frame_labels(state, image.file_id)
        yield from each_slice(
            seen, {frame: _said(label, paired=True) for frame, label in labels.items()}, recipe
        )


def _said(label: str | None, paired: bool) -> LabelFacts | Reason | None:
    refused = Reason.LABEL_REJECTED if paired else None
    return unpack_label(label) if label else refused


def _findings(
    state: Connection,
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
        excluded=counts.excluded(state),
        unopened=unopened,
        others=look_at_others(counts.others(state)),
        archives=tuple(find_archives(counts.archives(state), counts.others(state))),
        named=_named(state, draft.recipe.layout, keys, tally),
        refusals=tuple((*key, count) for key, count in sorted(reasons.items())),
        series=tuple(tally.rows()),
        keys=keys,
        encodings=tuple(counts.encodings(state)),
        codes=codes,
        steps=counts.steps(state),
        unpaired=compare_names(counts.loose(state)),
        unpaired_wanted=tally.refused[Reason.NO_LABEL],
        identity=tuple(tally.identity(draft.recipe.identity)),
        notices=_notices(state, draft.recipe),
        outcomes=tally.outcomes(draft.recipe.label),
        draft=draft,
        acquired=tally.acquisitions,
        read=read,
        stages=stages,
        garbled=garbled_folders(state),
        idle_patterns=idle_patterns(state),
    )
