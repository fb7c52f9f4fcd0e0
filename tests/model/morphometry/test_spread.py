"""Intervals of measures cover as often as they say, and stand only where something tells them."""

import numpy as np
import pytest

from hnp_model.morphometry.spread import NoInterval, Widening, interval_of, widenings_of


def test_intervals_learnt_on_val_cover_new_slices() -> None:
    random = np.random.default_rng(0)
    covered = []
    for _ in range(40):
        spread = random.uniform(0.05, 1, 400)
        error = random.normal(0, 2 * spread)
        widening = Widening.learn(error[:150], spread[:150])
        assert widening is not None
        reach = [widening.reach(one) for one in spread[150:]]
        covered.append(np.mean(np.abs(error[150:]) <= reach))
    assert np.mean(covered) == pytest.approx(0.95, abs=0.015)


def test_few_errors_teach_nothing() -> None:
    assert Widening.learn(np.zeros(18), np.ones(18)) is None
    assert Widening.learn(np.full(50, np.nan), np.ones(50)) is None


@pytest.mark.parametrize(
    ("value", "members", "unit", "reason"),
    [
        (1.0, [], "mm", NoInterval.ONE_MASK_SET),
        (1.0, [None, 2.0], "mm", NoInterval.TOO_FEW_MEMBERS),
        (None, [1.0, 2.0], "mm", NoInterval.NO_VALUE),
        (1.0, [1.0, 2.0], "code", NoInterval.CODE),
    ],
)
def test_no_interval_without_a_reason(
    value: float | None, members: list[float | None], unit: str, reason: NoInterval
) -> None:
    assert interval_of(value, members, None, unit).reason is reason


def test_members_alone_give_students_interval_that_stays_above_zero() -> None:
    found = interval_of(1.0, [0.0, 1.0, 2.0], None, "mm")
    assert found.low == 0.0
    assert found.high == pytest.approx(1 + 4.3027 * (4 / 3) ** 0.5, abs=1e-3)


def test_odd_entries_of_a_mask_set_are_left_out() -> None:
    told = {"a": {"factor": 2.0, "floor": 0.1}, "b": {"factor": "x"}, "c": 3}
    assert list(widenings_of(told)) == ["a"]
