import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.audit.chance import Chance
from hnp_model.audit.permutation import permute_labels
from hnp_model.data.slices import Slices, read_slices
from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def slices(dataset: Path) -> Slices:
    return read_slices(open_dataset(dataset))


def test_across_discs_the_level_tells_nothing(slices: Slices) -> None:
    low = replace(slices, is_patient=slices.level >= 3)
    kept, shuffled = (
        np.stack([permute_labels(low, seed, across_discs=across) for seed in range(50)])
        for across in (False, True)
    )
    assert (kept == low.is_patient).all()  # every list is alike, so exchanging them does nothing
    shares = [shuffled[:, slices.level == level].mean() for level in np.unique(slices.level)]
    assert np.ptp(shares) < 0.1
    assert shuffled.sum(axis=1).tolist() == [low.is_patient.sum()] * 50


def test_slices_of_one_disc_keep_one_label(slices: Slices) -> None:
    permuted = permute_labels(replace(slices, is_patient=slices.level >= 3), 1, across_discs=True)
    discs = np.unique([slices.study_id, slices.level.astype(str)], axis=1, return_inverse=True)[1]
    assert len(slices) > discs.max() + 1
    for disc in range(discs.max() + 1):
        assert np.unique(permuted[discs == disc]).size == 1


@pytest.mark.parametrize(
    ("aucs", "found"),
    [((0.45, 0.56, 0.50), 0), ((0.60, 0.62, 0.61), 1), ((0.30, 0.31, 0.32), 0)],
    ids=["chance", "above", "below"],
)
def test_only_a_mean_above_chance_is_a_finding(aucs: tuple[float, ...], found: int) -> None:
    chance = Chance(aucs, 0, 1, 0)
    assert chance.mean == pytest.approx(np.mean(aucs))
    assert chance.standard_error == pytest.approx(np.std(aucs, ddof=1) / np.sqrt(3))
    assert len(chance.found) == found


def test_the_figure_is_printed_and_told(tmp_path: Path) -> None:
    out, split = write_dataset(tmp_path / "out", Plan(60, slices_a_level=1)), tmp_path / "s.csv"
    assert invoke("split", out, "-o", split).exit_code == 0
    command = ("audit", out, "--split", split, "--permutations", 2, "--epochs", 1)
    told = invoke(*command)
    assert told.exit_code == 0, told.stderr
    chance = json.loads(invoke(*command, "--json").stdout)["chance"]
    assert len(chance["aucs"]) == 2
    assert (
        "labels exchanged between patients and discs, 2 trainings of 1 epochs, seeds from 42:\n"
        f"mean AUC by slice on test {chance['mean']:.3f}"
    ) in told.stdout
