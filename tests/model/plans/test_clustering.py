from pathlib import Path

import numpy as np
import pytest

from hnp_model.data.slices import read_slices
from hnp_model.plans.clustering import (
    Clustering,
    clustering_of,
    correlation_within,
    score_correlation_of,
)
from hnp_model.plans.simulation import draw_scores
from hnp_shared.dataset import open_dataset


@pytest.mark.parametrize("alike", [0.0, 0.2, 0.6])
def test_the_correlation_drawn_is_the_correlation_found(alike: float) -> None:
    drawn = Clustering(0.3, (2, 5), label_correlation=alike, score_correlation=0.5)
    scores = draw_scores(20_000, 0.8, drawn, np.random.default_rng(1))
    labels = correlation_within(scores.truth.astype(np.float64), scores.patient)
    assert labels == pytest.approx(alike, abs=0.015)
    assert score_correlation_of(scores) == pytest.approx(0.5, abs=0.015)


def test_values_that_differ_within_groups_only_are_not_alike() -> None:
    values, group = np.tile([0.0, 1.0], 10), np.repeat(np.arange(10), 2)
    assert correlation_within(values, group) == 0.0


def test_groups_of_one_are_not_known_to_be_alike() -> None:
    assert correlation_within(np.arange(5.0), np.arange(5)) == 0.0


def test_a_data_set_says_what_its_patients_are_like(dataset: Path) -> None:
    slices = read_slices(open_dataset(dataset))
    found = clustering_of(slices)
    assert (found.mean_discs, found.slices_per_disc) == (3, 2)
    assert found.prevalence == pytest.approx(slices.is_patient.mean())
    assert found.label_correlation < 0.15  # its labels are drawn disc by disc
