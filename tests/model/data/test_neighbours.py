from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.data.neighbours import Positions, channels_of, find_neighbours
from hnp_model.data.slices import read_slices
from hnp_shared.dataset import open_dataset
from model.synthetic import Plan, write_dataset

NAN = np.nan


def channels(
    mm: list[float],
    count: int = 3,
    series: list[int] | None = None,
    tilt: list[float] | None = None,
) -> tuple[list[list[int]], list[list[bool]]]:
    rows, there = channels_of(positions(mm, series, tilt), count)
    return rows.tolist(), there.tolist()


def positions(
    mm: list[float], series: list[int] | None = None, tilt: list[float] | None = None
) -> Positions:
    return Positions(
        np.array(series or [0] * len(mm)),
        np.array(mm),
        np.array(tilt or [5.0] * len(mm)),
        np.array([f"{number:02d}" for number in range(len(mm))]),
    )


def test_neighbours_are_those_next_by_position_whatever_the_order() -> None:
    rows, there = channels([8.0, 0.0, 4.0])
    assert rows == [[2, 0, 0], [1, 1, 2], [1, 2, 0]]
    assert there == [[True, False], [False, True], [True, True]]


def test_two_on_either_side_go_from_one_to_the_next() -> None:
    rows, there = channels([0.0, 4.0, 8.0, 12.0, 16.0], 5)
    assert rows[2] == [0, 1, 2, 3, 4]
    assert rows[1] == [1, 0, 1, 2, 3]
    assert there[1] == [False, True, True, True]


def test_a_slice_stands_for_what_is_further_than_the_gap() -> None:
    rows, there = channels([0.0, 10.0, 20.5])
    assert rows == [[0, 0, 1], [0, 1, 1], [2, 2, 2]]
    assert there == [[False, True], [True, False], [False, False]]


def test_behind_a_gap_there_is_no_second_neighbour() -> None:
    rows, there = channels([0.0, 30.0, 34.0], 5)
    assert rows[0] == [0, 0, 0, 0, 0]
    assert rows[1] == [1, 1, 1, 2, 1]
    assert there[1] == [False, False, True, False]


def test_an_unknown_position_has_no_neighbour_and_is_none() -> None:
    rows, there = channels([0.0, NAN, 4.0])
    assert rows == [[0, 0, 2], [1, 1, 1], [0, 2, 2]]
    assert there[1] == [False, False]


def test_another_series_is_no_neighbour() -> None:
    assert channels([0.0, 4.0, 8.0], series=[0, 1, 0])[0] == [[0, 0, 2], [1, 1, 1], [0, 2, 2]]


def test_a_stack_of_another_tilt_is_measured_along_another_axis() -> None:
    rows, _ = channels([0.0, 2.0, 4.0], tilt=[5.0, 20.0, 5.4])
    assert rows == [[0, 0, 2], [1, 1, 1], [0, 2, 2]]
    unknown, _ = channels([0.0, 2.0, 4.0], tilt=[5.0, NAN, NAN])
    assert unknown == [[0, 0, 0], [1, 1, 2], [1, 2, 2]]


def test_a_second_picture_of_a_place_is_no_neighbour_of_the_first() -> None:
    rows, there = channels([4.0, 4.0, 8.0, 0.0])
    assert rows == [[3, 0, 2], [3, 1, 2], [0, 2, 2], [3, 3, 0]]
    assert there[3] == [False, True]


def test_what_a_slice_sees_depends_on_no_other_row() -> None:
    random = np.random.default_rng(3)
    mm = np.rint(random.uniform(0, 120, 60)).tolist()
    series = random.integers(0, 3, 60).tolist()
    table = positions(mm, series)
    told = seen_names(table)
    order = random.permutation(60)
    mixed = Positions(
        table.series[order], table.position_mm[order], table.tilt_deg[order], table.slice_id[order]
    )
    assert seen_names(mixed) == told


def seen_names(table: Positions) -> dict[str, list[str]]:
    rows = channels_of(table, 5)[0]
    return dict(zip(table.slice_id.tolist(), table.slice_id[rows].tolist(), strict=True))


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = Plan(6, levels=2, slices_a_level=3)
    return write_dataset(tmp_path_factory.mktemp("discs") / "out", plan)


def test_some_slices_have_the_neighbours_that_all_have(discs: Path) -> None:
    dataset = open_dataset(discs)
    slices = read_slices(dataset)
    every = find_neighbours(dataset, slices, 3)
    few = np.array([7, 2, 20])
    some = find_neighbours(dataset, slices.take(few), 3)
    assert names_of(some.places.slice_id, some.rows) == [
        names_of(every.places.slice_id, every.rows)[row] for row in few
    ]
    assert (some.there == every.there[few]).all()


def test_neighbours_never_cross_patients(discs: Path) -> None:
    dataset = open_dataset(discs)
    slices = read_slices(dataset)
    found = find_neighbours(dataset, slices, 5)
    assert (found.places.patient_id[found.rows] == slices.patient_id[:, None]).all()
    assert found.there.mean() == 0.5  # of three slices a disc, each sees the two others
    assert (found.places.level[found.rows] == slices.level[:, None]).all()  # discs are 22 mm apart


def names_of(names: npt.NDArray[np.str_], rows: npt.NDArray[np.int64]) -> list[list[str]]:
    found: list[list[str]] = names[rows].tolist()
    return found
