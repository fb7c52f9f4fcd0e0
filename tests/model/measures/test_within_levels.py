"""Claims about the AUC by disc among discs of one height."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hnp_model.measures.within_levels import area_within_levels


class Discs(SimpleNamespace):
    """One slice of each disc of some patients."""

    def take(self, rows: Any) -> "Discs":  # as numpy takes it
        return Discs(**{name: values[rows] for name, values in vars(self).items()})


def drawn(level_tells: float) -> tuple[Any, np.typing.NDArray[np.float64]]:
    """Return discs whose score is their level times so much, and chance."""
    random = np.random.default_rng(0)
    patient = np.repeat(np.arange(60).astype(str), 5)
    level = np.tile(np.arange(5, dtype=np.int8), 60)
    ill = random.random(300) < level / 5
    probability = (random.random(300) + level_tells * level) / (1 + 4 * level_tells)
    return Discs(patient_id=patient, study_id=patient, level=level, is_patient=ill), probability


def test_a_score_that_knows_the_height_alone_is_worth_nothing_within_it() -> None:
    slices, probability = drawn(level_tells=5.0)
    assert roc_auc_score(slices.is_patient, probability) > 0.7
    assert area_within_levels(slices, probability) == pytest.approx(0.5, abs=0.1)


def test_it_is_the_mean_over_heights_that_have_both_classes() -> None:
    slices, probability = drawn(level_tells=0.0)
    here = [slices.level == level for level in range(1, 5)]  # of the first, all are healthy
    each = [roc_auc_score(slices.is_patient[one], probability[one]) for one in here]
    assert area_within_levels(slices, probability) == pytest.approx(np.mean(each))
    healthy: Any = Discs(**{**vars(slices), "is_patient": np.zeros(300, np.bool_)})
    assert np.isnan(area_within_levels(healthy, probability))
