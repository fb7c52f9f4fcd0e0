import numpy as np

from hnp_model.explanations.selecting import select

PROBABILITY = np.array([0.9, 0.8, 0.7, 0.1, 0.2, 0.95])
CALLED = PROBABILITY >= 0.5
TRUTH = np.array([True, False, True, True, False, True])


def test_the_most_confident_of_each_kind_come_first() -> None:
    found = select(PROBABILITY, CALLED, TRUTH, count=2, shown=2, seed=1)
    assert found.sheets["hits"].tolist() == [5, 0]
    assert found.sheets["misses"].tolist() == [3]
    assert found.sheets["false-alarms"].tolist() == [1]


def test_what_is_drawn_does_not_depend_on_what_is_said() -> None:
    drawn = [
        select(values, values >= 0.5, TRUTH, count=3, shown=1, seed=7).drawn.tolist()
        for values in (PROBABILITY, 1 - PROBABILITY)
    ]
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 3
    few = select(PROBABILITY, CALLED, TRUTH, count=99, shown=0, seed=7)
    assert few.drawn.tolist() == few.every.tolist() == [0, 1, 2, 3, 4, 5]


def test_without_labels_there_is_one_sheet_of_what_was_called() -> None:
    found = select(PROBABILITY, CALLED, None, count=1, shown=2, seed=1)
    assert {name: rows.tolist() for name, rows in found.sheets.items()} == {"called": [5, 0]}
