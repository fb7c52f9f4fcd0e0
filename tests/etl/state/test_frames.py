"""A file may give several slices: each has a number and a name of its own, the file one row."""

import sqlite3
from collections.abc import Iterator, Sequence

import pytest

from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.recipe import Identity
from hnp_etl.state.chosen import CHOSEN_COLUMNS, ChosenRow
from hnp_etl.state.database import open_scratch, place_of, slice_number
from hnp_etl.state.identity import identify, name_all
from hnp_etl.state.rows import ledger_rows, outcomes, prepare_ledger
from hnp_shared.ledger import LedgerRow
from hnp_shared.vocabulary import Reason, State

KEY = b"k" * 32
PATH = "src/H01/many.dcm"
CHOSEN = ChosenRow(
    label_patient="A",
    dicom_patient=None,
    study_uid="1.2",
    series_uid="1.2.3",
    position_mm=1.0,
    tilt_deg=0.5,
    weighting_from="tags",
    level=1,
    code="2",
    is_patient=1,
    age=63.0,
    sex="F",
    canal_width_mm=12.0,
    flags="",
)


@pytest.fixture
def state() -> Iterator[sqlite3.Connection]:
    """One image file that was read."""
    with open_scratch() as opened:
        needed = [row[1] for row in opened.execute("PRAGMA table_info(file)") if row[3]]
        values: dict[str, object] = dict.fromkeys(needed, 0)
        values |= {"id": 7, "path": PATH.encode(), "raw": b"/x", "kind": "image"}
        values |= {"hospital": "H01", "facts": "sealed"}
        marks = ", ".join("?" * len(values))
        with opened:
            opened.execute(
                f"INSERT INTO file ({', '.join(values)}) VALUES ({marks})", [*values.values()]
            )
        yield opened


def note(state: sqlite3.Connection, frames: dict[int, Reason | None]) -> None:
    """Choose some frames of the file; those without a reason are stored."""
    columns = f"id, file, frame, hospital, {CHOSEN_COLUMNS}, seal"
    with state:
        for row, (frame, reason) in enumerate(frames.items()):
            chosen = (slice_number(7, frame), 7, frame, "H01", *CHOSEN, CHOSEN.seal())
            marks = ", ".join("?" * len(chosen))
            state.execute(f"INSERT INTO slice ({columns}) VALUES ({marks})", chosen)
            if reason is None:
                stored = (slice_number(7, frame), "s.npz", row, "x", 0.0, 1.0, None, None, False)
                state.execute("INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", stored)
            else:
                told = (*place_of(slice_number(7, frame)), reason)
                state.execute("INSERT INTO outcome (file, frame, reason) VALUES (?, ?, ?)", told)


def named(state: sqlite3.Connection) -> Sequence[str]:
    identify(state, Identity())
    name_all(state, KEY, Identity())
    return [name for (name,) in state.execute("SELECT slice_id FROM slice ORDER BY id")]


def ledger(state: sqlite3.Connection) -> LedgerRow:
    prepare_ledger(state, KEY)
    (row,) = ledger_rows(state)
    return row


def test_a_number_tells_file_and_frame() -> None:
    assert place_of(slice_number(7, 12)) == (7, 12)
    assert place_of(slice_number(2**30)) == (2**30, 0)


def test_each_frame_has_a_name_of_its_own(state: sqlite3.Connection) -> None:
    note(state, {1: None, 2: None})
    assert named(state) == [pseudonym(KEY, "slice", PATH, frame) for frame in ("1", "2")]


def test_the_one_slice_of_a_file_is_named_by_its_path_alone(state: sqlite3.Connection) -> None:
    note(state, {0: None})
    assert named(state) == [pseudonym(KEY, "slice", PATH)]
    assert ledger(state).slice_id == pseudonym(KEY, "slice", PATH)


def test_a_file_of_several_slices_is_accepted_once(state: sqlite3.Connection) -> None:
    note(state, {1: None, 2: None, 3: Reason.FLAT_IMAGE})
    named(state)
    row = ledger(state)
    assert (row.state, row.reason, row.slice_id) == (State.ACCEPTED, None, None)
    assert outcomes(state).states == {State.ACCEPTED: 1}


def test_the_only_stored_frame_is_named_in_the_ledger(state: sqlite3.Connection) -> None:
    note(state, {1: Reason.DUPLICATE, 2: None})
    names = named(state)
    assert ledger(state).slice_id == names[1]


def test_a_file_without_a_slice_has_the_reason_of_the_frame_that_came_furthest(
    state: sqlite3.Connection,
) -> None:
    note(state, {1: Reason.NOT_T2, 2: Reason.FLAT_IMAGE, 3: Reason.NOT_AXIAL})
    named(state)
    row = ledger(state)
    assert (row.state, row.reason) == (State.REJECTED, Reason.FLAT_IMAGE)
