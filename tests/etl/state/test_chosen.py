"""What is known of a chosen slice comes back from the state as it went in, whatever it is."""

import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from etl.facts import facts_of, label_of
from hnp_etl.choosing.choose import Choice, choose, judge
from hnp_etl.reading.sealed import DamagedRecordError
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.chosen import CHOSEN_COLUMNS, ChosenRow
from hnp_etl.state.database import open_scratch

REAL = some.none() | some.floats(width=64) | some.integers(-(10**6), 10**6)
TEXT = some.none() | some.text(some.characters(exclude_categories=["Cs"]), max_size=40)


def sound() -> Choice:
    recipe = Recipe(name="test")
    wanted = judge(facts_of(), 10_000_000, recipe)
    found = choose(wanted, label_of(), recipe.label, path_conflict=False)
    assert isinstance(found, Choice)
    return found


def there_and_back(state: sqlite3.Connection, row: ChosenRow) -> ChosenRow:
    marks = ", ".join("?" * (len(row) + 5))
    with state:
        state.execute("DELETE FROM slice")
        state.execute(
            f"INSERT INTO slice (id, file, frame, hospital, {CHOSEN_COLUMNS}, seal) "
            f"VALUES ({marks})",
            (1, 1, 0, "H01", *row, row.seal()),
        )
    *found, seal = state.execute(f"SELECT {CHOSEN_COLUMNS}, seal FROM slice").fetchone()
    came = ChosenRow._make(found)
    came.check(seal)
    return came


@settings(deadline=None)
@given(position=REAL, tilt=REAL, age=REAL, canal=REAL, patient=TEXT, code=TEXT)
def test_a_sound_row_is_never_called_damaged(
    position: float | None,
    tilt: float | None,
    age: float | None,
    canal: float | None,
    patient: str | None,
    code: str | None,
) -> None:
    choice = sound()
    wanted = replace(choice.wanted, slice_position_mm=position, tilt_deg=tilt, patient_id=patient)
    label = replace(choice.label, age=age, canal_width_mm=canal, code=code, patient=patient)
    row = ChosenRow.of(replace(choice, wanted=wanted, label=label))
    with open_scratch() as state:
        assert there_and_back(state, row) == row


@pytest.mark.parametrize("column", ["age", "position_mm", "level", "code", "flags", "sex"])
def test_a_changed_column_is_noticed(column: str) -> None:
    row = ChosenRow.of(sound())
    other: Any = 3.5 if column in {"age", "position_mm"} else "4"
    changed = row._replace(**{column: other})
    with pytest.raises(DamagedRecordError, match="damaged"):
        changed.check(row.seal())
