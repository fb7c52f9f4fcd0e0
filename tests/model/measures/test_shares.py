import numpy as np
import pytest
from scipy.optimize import brentq

from hnp_model.measures.shares import NORMAL_QUANTILE, Share


@pytest.mark.parametrize(("count", "n"), [(0, 5), (5, 5), (3, 16), (40, 41), (500, 1_000)])
def test_the_interval_ends_where_the_score_test_would_reject(count: int, n: int) -> None:
    def excess(share: float) -> float:
        return float(abs(count / n - share) - NORMAL_QUANTILE * np.sqrt(share * (1 - share) / n))

    interval = Share(count, n).interval
    assert interval is not None
    low = brentq(excess, 1e-9, min(count / n, 1 - 1e-6)) if count else 0.0
    high = brentq(excess, max(count / n, 1e-6), 1 - 1e-9) if count < n else 1.0
    assert interval == pytest.approx((low, high), abs=1e-6)


def test_a_share_of_nobody_has_no_figure() -> None:
    share = Share.of(np.zeros(0, dtype=bool))
    assert share.to_plain() == {"value": None, "low": None, "high": None, "n": 0}
    assert str(share) == "- (of 0)"


def test_a_share_says_of_how_many() -> None:
    assert str(Share.of(np.arange(50) < 9)) == "18.0 % (9 of 50; 9.8 to 30.8 %)"
