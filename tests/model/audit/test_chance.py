import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from hnp_model.audit.chance import Chance
from hnp_model.audit.exchange import permute_labels
from hnp_model.audit.permuted_trials import area_left
from hnp_model.commands.audit import told_limit
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
    [((0.45, 0.56, 0.50), 0), ((0.600, 0.601, 0.602), 1), ((0.30, 0.31, 0.32), 0)],
    ids=["chance", "above", "below"],
)
def test_only_a_mean_above_chance_is_a_finding(aucs: tuple[float, ...], found: int) -> None:
    chance = Chance(aucs, 0.5, 0.5, 1, 0)
    assert chance.mean == pytest.approx(np.mean(aucs))
    assert chance.standard_error == pytest.approx(np.std(aucs, ddof=1) / np.sqrt(3))
    assert len(chance.found) == found


@pytest.mark.parametrize("trainings", [2, 3, 5, 20])
def test_luck_is_a_finding_as_seldom_whatever_the_number_of_trainings(trainings: int) -> None:
    random = np.random.default_rng(trainings)
    drawn = random.normal(0.5, 0.04, size=(3_000, trainings))
    found = [bool(Chance(tuple(row), 0.5, 0.5, 1, 0).found) for row in drawn.tolist()]
    assert np.mean(found) < 0.004
    assert found[:200] == [one_sided_p(row) < 0.001 for row in drawn[:200]]


def one_sided_p(aucs: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(ttest_1samp(aucs, 0.5, alternative="greater").pvalue)


def test_the_limit_is_that_of_a_t_test() -> None:
    aucs = (0.52, 0.55, 0.51, 0.56)
    chance = Chance(aucs, 0.5, 0.5, 1, 0)
    moved = np.array(aucs) + (chance.limit - chance.mean)
    assert one_sided_p(moved) == pytest.approx(0.001)


def test_what_an_exchange_leaves_of_the_hospital_is_measured(slices: Slices) -> None:
    parts = np.array(["train", "test"])[np.unique(slices.patient_id, return_inverse=True)[1] % 2]
    told = replace(slices, is_patient=slices.hospital == "H01")
    assert area_left(told, parts, slices.hospital) == 1
    left = [
        area_left(replace(told, is_patient=permuted), parts, slices.hospital)
        for seed in range(100)
        if (permuted := permute_labels(told, seed, across_discs=True))[parts == "test"].any()
    ]
    assert np.mean(left) == pytest.approx(0.5, abs=0.04)


def test_the_figure_is_printed_and_told(tmp_path: Path) -> None:
    out, split = write_dataset(tmp_path / "out", Plan(60, slices_a_level=1)), tmp_path / "s.csv"
    assert invoke("split", out, "-o", split).exit_code == 0
    command = ("audit", out, "--split", split, "--permutations", 2, "--epochs", 1)
    told = invoke(*command)
    assert told.exit_code == 0, told.stderr
    chance = json.loads(invoke(*command, "--json").stdout)["chance"]
    assert len(chance["aucs"]) == 2
    assert (
        "labels exchanged between patients and discs, 2 trainings of 1 epoch, seeds from 42:\n"
        f"mean AUC by slice on test {chance['mean']:.3f}"
    ) in told.stdout
    assert (
        f"left of the labels after the exchange: the hospital tells {chance['hospital_left']:.3f}, "
        f"the disc {chance['level_left']:.3f}\n"
    ) in told.stdout


def test_too_few_trainings_to_find_anything_are_told_as_such() -> None:
    few, many = (Chance(aucs, 0.5, 0.5, 1, 0) for aucs in ((0.38, 0.57), (0.48, 0.51) * 10))
    assert few.limit > 1
    assert told_limit(few) == "too few trainings: no mean would be a finding, ask for more"
    assert told_limit(many) == f"a finding above {many.limit:.3f}"
