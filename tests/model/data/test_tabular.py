from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.data.tabular import FEATURES, fit_standardisation
from hnp_shared.dataset import open_dataset


@pytest.fixture(scope="module")
def slices(small: Path) -> Slices:
    return read_slices(open_dataset(small))


def test_inputs_are_standardised_and_missing_is_zero(slices: Slices) -> None:
    inputs = fit_standardisation(slices).apply(slices)
    assert inputs.dtype == np.float32
    assert inputs.shape == (len(slices), 4)
    missing = np.isnan(slices.age)
    assert missing.any()
    assert (inputs[missing, FEATURES.index("age")] == 0).all()
    assert inputs[~missing, 0].mean() == pytest.approx(0, abs=1e-6)
    assert inputs[~missing, 0].std() == pytest.approx(1, abs=1e-5)


def test_men_are_one_women_zero_before_standardising(slices: Slices) -> None:
    statistics = fit_standardisation(slices)
    known = slices.sex[slices.sex != "unknown"]
    assert statistics.mean[FEATURES.index("sex")] == pytest.approx((known == "M").mean())
    sex = statistics.apply(slices)[:, FEATURES.index("sex")]
    assert sex[slices.sex == "M"].min() > 0 > sex[slices.sex == "F"].max()
    assert (sex[slices.sex == "unknown"] == 0).all()


def test_statistics_come_from_the_training_slices_alone(slices: Slices) -> None:
    few = slices.take(np.arange(8))
    assert fit_standardisation(few).mean[0] == pytest.approx(np.nanmean(slices.age[:8]))


def test_a_feature_that_never_varies_or_is_never_there_stays_zero(slices: Slices) -> None:
    same = slices.take(slices.sex == "unknown")
    one_level = same.take(same.level == 0)
    inputs = fit_standardisation(one_level).apply(one_level)
    assert (inputs[:, FEATURES.index("sex")] == 0).all()
    assert (inputs[:, FEATURES.index("level")] == 0).all()
