"""Choosing the epoch on val costs coverage; scoring val's patients apart gives it back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.data.slices import Slices
from hnp_model.fitting.scoring_apart import calibrate_apart
from hnp_model.measures.calibration import fit_calibration, sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import Scores, score_units
from hnp_model.runs.referral import ValScores, refer

ERROR_LEVEL = 0.1
EPOCHS = 15
Numbers = npt.NDArray[np.float64]


def slices_of(truth: npt.NDArray[np.bool_], slices_a_patient: int = 1) -> Slices:
    """Return patients of one disc each, whose slices are alike."""
    patient = np.repeat(np.arange(truth.size), slices_a_patient)
    ids = np.char.zfill(patient.astype(np.str_), 6)
    count = patient.size
    text, number = np.full(count, "-"), np.zeros(count, dtype=np.float32)
    return Slices(
        slice_id=np.arange(count).astype(np.str_),
        patient_id=ids,
        study_id=ids,
        hospital=text,
        level=np.zeros(count, dtype=np.int8),
        is_patient=truth[patient],
        age=number,
        sex=text,
        canal_width_mm=number,
        vendor=text,
        shard=text,
        row=np.arange(count, dtype=np.int32),
        pixel_sha256=text,
        pixel_row_mm=number,
        pixel_col_mm=number,
    )


def say(random: np.random.Generator, truth: npt.NDArray[np.bool_], sharper: float) -> Numbers:
    """Return what each epoch says, (epoch, patient): of one worth, but of errors of their own.

    Args:
        random: what draws.
        truth: (patient,).
        sharper: how many times as far from 0 the last epoch's logits are as the first's.
    """
    worth = random.normal(0.9, 0.1, (EPOCHS, 1))
    shared, own = random.normal(size=truth.size), random.normal(size=(EPOCHS, truth.size))
    logits = worth * (2.0 * truth - 1) + 0.5**0.5 * (shared + own)
    told: Numbers = logits * np.linspace(1, sharper, EPOCHS)[:, None]
    return told


def score_apart(val: Slices, said: Numbers) -> Scores:
    """Return the scores of val's patients, each by what was settled without this patient."""
    calibrated = calibrate_apart(val, [said])
    assert calibrated is not None
    return score_units("patient", val, calibrated)


@dataclass
class Covered:
    """Share of the patients of each class with their class in their set, one entry a data set."""

    apart: list[tuple[float, float]]
    by_chosen: list[tuple[float, float]]


def simulate(val_count: int, sharper: float, data_sets: int) -> Covered:
    """Choose the epoch on val, and return how often new patients have their class in their set."""
    random = np.random.default_rng([val_count, int(sharper)])
    covered = Covered([], [])
    for _ in range(data_sets):
        truth = np.concatenate(
            [random.permutation(np.arange(many) % 2 == 0) for many in (val_count, 400)]
        )
        logits = say(random, truth, sharper)
        val, asked = slices_of(truth[:val_count]), slices_of(truth[val_count:])
        said, told = logits[:, :val_count], logits[:, val_count:]
        discs = [score_units("level", val, sigmoid(one)) for one in said]
        kept = int(np.argmax([area_under_curve(scores) for scores in discs]))
        line = fit_calibration(said[kept], val.is_patient)
        judged = score_units("patient", asked, line.apply(told[kept]))
        apart = score_apart(val, said)
        covered.apart.append(shares(apart, judged))
        covered.by_chosen.append(
            shares(score_units("patient", val, line.apply(said[kept])), judged)
        )
    return covered


def shares(val: Scores, judged: Scores) -> tuple[float, float]:
    found = refer(ValScores(val), judged, ERROR_LEVEL)
    assert found.covered_negative
    assert found.covered_positive
    return found.covered_negative.value or 0.0, found.covered_positive.value or 0.0


@pytest.mark.torture
@pytest.mark.parametrize("sharper", [1.0, 4.0])
@pytest.mark.parametrize("val_count", [24, 40, 80])
def test_a_class_keeps_its_place_though_the_epoch_was_chosen_on_val(
    val_count: int, sharper: float, capsys: pytest.CaptureFixture[str]
) -> None:
    covered = simulate(val_count, sharper, 500)
    apart, by_chosen = (np.mean(one, axis=0) for one in (covered.apart, covered.by_chosen))
    with capsys.disabled():
        print(f"\n{val_count} patients of val, sharpened {sharper:g} times: apart {apart}", end="")
        print(f", by the epoch chosen on them {by_chosen}")
    assert (apart >= 1 - ERROR_LEVEL - 0.01).all()
    assert (by_chosen < apart).all()


def test_a_class_keeps_its_place_though_the_epoch_was_chosen_on_val_short() -> None:
    covered = simulate(40, 4.0, 40)
    assert np.mean(covered.apart) >= 1 - ERROR_LEVEL - 0.01
    assert np.mean(covered.by_chosen) < 1 - ERROR_LEVEL - 0.01  # what it was before


def test_each_patient_is_scored_by_what_the_others_choose() -> None:
    random = np.random.default_rng(4)
    truth = np.arange(30) % 3 == 0
    logits = say(random, truth, 2.0)
    val = slices_of(truth, slices_a_patient=2)
    said = np.repeat(logits, 2, axis=1)
    fold = np.empty(30, dtype=np.int64)
    fold[np.concatenate([np.flatnonzero(truth), np.flatnonzero(~truth)])] = np.arange(30) % 5
    expected = np.empty(30)
    for each in range(5):
        rest = fold != each
        discs = slices_of(truth[rest])
        merits = [
            (
                area_under_curve(score_units("level", discs, sigmoid(one[rest]))),
                -float(np.logaddexp(0, np.where(truth[rest], -one[rest], one[rest])).mean()),
            )
            for one in logits
        ]
        epoch = max(range(EPOCHS), key=lambda number: merits[number])
        line = fit_calibration(np.repeat(logits[epoch, rest], 2), np.repeat(truth[rest], 2))
        expected[~rest] = line.apply(logits[epoch, ~rest])
    found = score_apart(val, said)
    order = np.argsort(-expected, kind="stable")
    assert found.probability == pytest.approx(expected[order])
    assert found.truth.tolist() == truth[order].tolist()


def test_one_patient_has_no_others() -> None:
    assert calibrate_apart(slices_of(np.array([True])), [np.zeros((3, 1))]) is None


@pytest.mark.filterwarnings("error")
def test_one_class_is_scored_too() -> None:
    found = score_apart(slices_of(np.ones(7, dtype=bool)), np.zeros((2, 7)))
    assert found.truth.all()
