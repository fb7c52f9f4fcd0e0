from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.audit.exchange import permute_labels
from hnp_model.audit.optimism import Half, compare_halves
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


def test_slices_of_one_disc_keep_one_label_in_lists_of_other_lengths(slices: Slices) -> None:
    ragged = slices.take(np.random.default_rng(0).random(len(slices)) < 0.7)
    permuted = permute_labels(ragged, 0)
    discs = np.unique([ragged.study_id, ragged.level.astype(str)], axis=1, return_inverse=True)[1]
    for disc in range(discs.max() + 1):
        assert np.unique(permuted[discs == disc]).size == 1


def test_lists_go_to_patients_with_fewer_or_more_discs_too(slices: Slices) -> None:
    first, second = patients(slices)[:2]
    wanted = (slices.patient_id == first) | ((slices.patient_id == second) & (slices.level == 1))
    two = slices.take(wanted)
    two = replace(two, is_patient=two.patient_id == first)
    assert permute_labels(two, 0).tolist() == (~two.is_patient).tolist()


def test_nobody_keeps_the_own_labels_but_one_alone(slices: Slices) -> None:
    two = slices.take(np.isin(slices.patient_id, patients(slices)[:2]))
    two = replace(two, is_patient=two.patient_id == patients(slices)[0])
    assert permute_labels(two, 0).tolist() == (~two.is_patient).tolist()
    one = two.take(two.is_patient)
    assert permute_labels(one, 0).all()


@pytest.mark.parametrize("across_discs", [False, True])
def test_a_hospital_with_more_slices_keeps_nothing_of_its_own(
    slices: Slices, across_discs: bool
) -> None:
    fewer = (slices.hospital == "H01") & (slices.level == 2)
    uneven = slices.take(~fewer)
    uneven = replace(uneven, is_patient=uneven.hospital == "H01")
    permuted = np.stack(
        [permute_labels(uneven, seed, across_discs=across_discs) for seed in range(60)]
    )
    here = uneven.hospital == "H01"
    assert permuted[:, here].mean() == pytest.approx(permuted[:, ~here].mean(), abs=0.05)


def test_lists_by_disc_leave_what_the_disc_tells(slices: Slices) -> None:
    ragged = slices.take(np.random.default_rng(0).random(len(slices)) < 0.7)
    low = replace(ragged, is_patient=ragged.level >= 2)
    kept = np.stack([permute_labels(low, seed) for seed in range(20)])
    assert kept[:, ragged.level >= 2].mean() > 0.85
    assert kept[:, ragged.level < 2].mean() < 0.15


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
    head, real, exchanged, note = told.stdout.split("\n\n")[-2].splitlines()
    assert head.split() == ["labels", "split", "by", "slice", "split", "by", "patient", "optimism"]
    assert real.startswith("real ")
    assert exchanged.startswith("exchanged between patients ")
    assert note == "AUC by slice on test of the compact network, 1 epoch, seed 42"
