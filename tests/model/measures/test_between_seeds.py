import math

import numpy as np
import pytest
from scipy.stats import t

from hnp_model.measures.between_seeds import with_seeds
from hnp_model.measures.bootstrap import Figure

FIGURE = Figure(0.8, 0.7, 0.85, 0.71, 0.86)
MEMBERS = np.array([0.76, 0.80, 0.78, 0.82, 0.74])


def test_seeds_widen_an_interval_as_an_independent_cause_does() -> None:
    found = with_seeds(FIGURE, [MEMBERS])
    reach = t.ppf(0.975, 4) * MEMBERS.std(ddof=1) / math.sqrt(5)
    assert found.low_seeds == pytest.approx(0.8 - math.hypot(0.1, reach))
    assert found.high_seeds == pytest.approx(0.8 + math.hypot(0.05, reach))
    assert (found.value, found.low, found.high) == (0.8, 0.7, 0.85)
    assert found.to_plain().keys() - FIGURE.to_plain().keys() == {"low_seeds", "high_seeds"}


def test_two_runs_of_several_seeds_widen_a_difference_more() -> None:
    one, both = (with_seeds(FIGURE, [MEMBERS] * count) for count in (1, 2))
    assert one.low_seeds is not None
    assert both.low_seeds is not None
    assert both.low_seeds < one.low_seeds < 0.7


@pytest.mark.parametrize(
    "members",
    [[], [np.array([0.7])], [np.array([0.7, np.nan])]],
    ids=["no-run", "one-seed", "undefined"],
)
def test_what_says_nothing_of_seeds_changes_nothing(members: list[np.ndarray]) -> None:
    assert with_seeds(FIGURE, members) == FIGURE


def test_members_that_agree_leave_the_interval_as_wide() -> None:
    found = with_seeds(FIGURE, [np.array([0.7, 0.7])])
    assert (found.low_seeds, found.high_seeds) == pytest.approx((0.7, 0.85))


def test_a_share_is_not_below_none_or_above_all() -> None:
    found = with_seeds(FIGURE, [np.array([0.0, 1.0])], (0.0, 1.0))
    assert (found.low_seeds, found.high_seeds) == (0.0, 1.0)


def test_a_figure_that_is_not_defined_stays_so() -> None:
    assert with_seeds(Figure(None, None, None), [MEMBERS]) == Figure(None, None, None)


def test_the_interval_holds_the_mean_of_many_seeds_as_often_as_it_says() -> None:
    """Patients and seeds are drawn anew each time; the truth is 0."""
    random, inside = np.random.default_rng(0), 0
    for _ in range(2_000):
        members = random.normal(0, 1) + random.normal(0, 2, 5)
        value = float(members.mean())
        found = with_seeds(Figure(value, value - 1.96, value + 1.96), [members])
        assert found.low_seeds is not None
        assert found.high_seeds is not None
        inside += found.low_seeds <= 0 <= found.high_seeds
    assert 0.94 < inside / 2_000 < 0.985
