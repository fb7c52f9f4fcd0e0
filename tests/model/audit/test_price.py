from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.audit.optimism import Half, compare_halves
from hnp_model.audit.permutation import count_alone, permute_labels
from hnp_model.data.slices import Slices, read_slices
from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def slices(dataset: Path) -> Slices:
    return read_slices(open_dataset(dataset))


def labels_of(slices: Slices, truth: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[bytes]:
    """Each patient's labels by disc, in the order of patients."""
    order = np.lexsort((slices.level, slices.patient_id))
    return [truth[order][slices.patient_id[order] == name].tobytes() for name in patients(slices)]


def patients(slices: Slices) -> list[str]:
    return [str(name) for name in np.unique(slices.patient_id)]


def test_whole_lists_of_labels_go_to_other_patients(slices: Slices) -> None:
    before, after = (
        labels_of(slices, truth) for truth in (slices.is_patient, permute_labels(slices, 0))
    )
    assert sorted(before) == sorted(after)
    assert before != after


def test_each_patient_keeps_the_number_of_slices(slices: Slices) -> None:
    ragged = slices.take(np.random.default_rng(0).random(len(slices)) < 0.7)
    before, after = (
        labels_of(ragged, truth) for truth in (ragged.is_patient, permute_labels(ragged, 0))
    )
    assert list(map(len, before)) == list(map(len, after))
    assert sorted(before) == sorted(after)


def test_nobody_keeps_the_own_labels_but_one_alone(slices: Slices) -> None:
    one_list_each = np.unique(slices.patient_id, return_inverse=True)[1] % 2 == 0
    two = slices.take(np.isin(slices.patient_id, patients(slices)[:2]))
    two = replace(two, is_patient=one_list_each[: len(two)])
    assert permute_labels(two, 0).tolist() == (~two.is_patient).tolist()
    assert count_alone(two) == 0
    three = slices.take(np.arange(len(two) + 1))
    assert count_alone(three) == 1
    assert permute_labels(three, 0)[-1] == three.is_patient[-1]


def test_the_seed_decides(slices: Slices) -> None:
    assert (permute_labels(slices, 0) == permute_labels(slices, 0)).all()
    assert (permute_labels(slices, 0) != permute_labels(slices, 1)).any()


def test_a_split_that_knows_all_promises_more_than_one_that_knows_nothing(slices: Slices) -> None:
    random = np.random.default_rng(0)
    rows = random.permutation(len(slices))[:200]
    knows = Half(rows, slices.is_patient[rows] * 0.5 + random.random(200) * 0.6)
    guesses = Half(rows, random.random(200))
    compared = compare_halves(slices, knows, guesses)
    assert compared.slice_split.value is not None
    assert compared.patient_split.value is not None
    difference = compared.difference
    assert difference.value == pytest.approx(
        compared.slice_split.value - compared.patient_split.value
    )
    assert difference.low is not None
    assert difference.low > 0.2
    assert compare_halves(slices, knows, knows).difference.high == 0


def test_too_few_patients_give_no_optimism(slices: Slices) -> None:
    few = Half(np.arange(9), np.linspace(0, 1, 9))
    assert compare_halves(slices, few, few).difference.value is None


def test_the_price_is_printed_with_labels_as_they_are_and_exchanged(tmp_path: Path) -> None:
    out, split = write_dataset(tmp_path / "out", Plan(60, slices_a_level=1)), tmp_path / "s.csv"
    assert invoke("split", out, "-o", split).exit_code == 0
    told = invoke("audit", out, "--split", split, "--leakage-price", "--epochs", 1)
    assert told.exit_code == 0, told.stderr
    head, real, exchanged, note = told.stdout.split("\n\n")[-1].splitlines()[:4]
    assert head.split() == ["labels", "split", "by", "slice", "split", "by", "patient", "optimism"]
    assert real.startswith("real ")
    assert exchanged.startswith("exchanged between patients ")
    assert note == "AUC by slice on test of the compact network, 1 epochs, seed 42"
