"""The first stages of a build, which the survey shares: what is there, what it says, what fits.

Everything they find lies in the state, so that whoever comes next opens no file again.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from hnp_etl.archives.lifting import Lifter, lifting
from hnp_etl.engines.engines import SerialExecutor, Task, expect_work, nearest, ordered_map
from hnp_etl.reading.read import Ref, read_batch, read_one_by_one
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state import archives, entries, entry_pairs, files, label_conflicts, meanings, pairs
from hnp_etl.state.database import Connection, folder_of
from hnp_etl.walking.census import Census
from hnp_etl.walking.walk import FoundFile, walk
from hnp_shared.errors import InputError
from hnp_shared.progress import track

FILES_A_BATCH = 64
"""Files that a worker reads before it reports."""


MANY_FILES = 500
"""Files that this process has read by the time that workers would have begun."""


def meet(
    state: Connection, src: Sequence[Path], recipe: Recipe, executor: Executor | None = None
) -> Census:
    """Walk the sources and note every file, with what its path tells under the recipe.

    Args:
        state: the opened state.
        src: the sources.
        recipe: what paths mean.
        executor: its workers begin once there are many files, while the walk goes on.
    """
    unfold = archives.unfolder(state, recipe)
    census = files.note_met(state, _announced(unfold(walk(src)), executor), recipe)
    archives.note_unfolded(state, unfold)
    return census


def _announced(found: Iterator[FoundFile], executor: Executor | None) -> Iterator[FoundFile]:
    for number, each in enumerate(found):
        if number == MANY_FILES and executor is not None:
            expect_work(executor)
        yield each


def read_new(state: Connection, executor: Executor, recipe: Recipe, *, in_flight: int) -> int:
    """Open the files that were not read before; return how many these were.

    Raises:
        InputError: there are Excel tables and nothing to read them with.
    """
    count = files.unread_count(state)
    if not find_spec("openpyxl") and files.holds_excel(state):
        raise InputError("found an Excel table, expected the package openpyxl: hnp-etl[excel]")
    meanings.begin_images(state, recipe)
    meanings.begin_labels(state, recipe.label)
    batches = files.unread(state, FILES_A_BATCH)
    executor = nearest(executor, worth=count > MANY_FILES)
    _read(state, executor, recipe, batches, in_flight=in_flight, count=count)
    for again in (executor, SerialExecutor()):  # by another worker, then by who met them
        left = files.unreadable(state, FILES_A_BATCH)
        _read(state, again, recipe, left, in_flight=in_flight, count=sum(map(len, left)))
    return count


def _read(
    state: Connection,
    executor: Executor,
    recipe: Recipe,
    batches: Iterable[list[Ref]],
    *,
    in_flight: int,
    count: int,
) -> None:
    reading = Task(partial(read_batch, recipe=recipe), read_one_by_one)
    with lifting(folder_of(state)) as lifter:
        under_way: deque[list[Ref]] = deque()
        lifted = _lifted(batches, lifter, under_way)
        found = ordered_map(executor, reading, lifted, in_flight=in_flight)
        for facts in track(found, "reading", total=-(-count // FILES_A_BATCH), unit="group"):
            files.note_facts(state, facts)
            lifter.drop([ref.file for ref in under_way.popleft()])


def _lifted(
    batches: Iterable[list[Ref]], lifter: Lifter, under_way: deque[list[Ref]]
) -> Iterator[list[Ref]]:
    """Yield batches, members of solid archives put down for whoever reads them."""
    for refs in batches:
        files_put = lifter.lift([ref.file for ref in refs])
        put = [replace(ref, file=file) for ref, file in zip(refs, files_put, strict=True)]
        under_way.append(put)
        yield put


def pair(state: Connection, label: Label) -> None:
    """Interpret the labels under the recipe and give each image the one that belongs to it."""
    entries.forget(state)
    if label.origin.module is None:
        meanings.interpret_labels(state, label)
    else:
        entries.interpret(state, label)
    if label.origin.module is None:
        pairs.pair_all(state)
        label_conflicts.refuse_conflicts(state)
    else:  # a file of many labels is no image's, be it named like one: `scan.csv`, `scan.dcm`
        pairs.forget(state)
        entry_pairs.pair_entries(state, label)
