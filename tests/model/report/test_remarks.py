"""What is told of figures and of val, each case with its known truth."""

from dataclasses import replace

import numpy as np
import pytest

from hnp_model.measures.bootstrap import Estimates, Figure
from hnp_model.measures.calibration import Calibration, fit_calibration
from hnp_model.measures.figures import PartFigures, UnitFigures
from hnp_model.measures.metrics import METRICS, logit_of, youden_threshold
from hnp_model.measures.units import UNITS, Scores
from hnp_model.report.remarks import remarks_on_size
from hnp_model.report.remarks_on_figures import remarks_on_figures
from hnp_model.report.remarks_on_val import remarks_on_val
from hnp_model.runs.run_config import FitResult
from hnp_model.runs.val_facts import describe_val


def rows(probability: list[float], truth: list[bool], rows_a_patient: int = 1) -> Scores:
    told = np.repeat(np.array(probability), rows_a_patient)
    order = np.argsort(-told, kind="stable")
    patient = np.repeat(np.arange(len(probability)), rows_a_patient)
    return Scores(told[order], np.repeat(truth, rows_a_patient)[order], patient[order])


def settle(val: Scores) -> FitResult:
    """Return what a fit settles on a val whose slices, discs and patients are the same rows."""
    scores = dict.fromkeys(UNITS, val)
    thresholds: dict[str, float] = dict.fromkeys(UNITS, youden_threshold(val))
    line = fit_calibration(logit_of(val.probability), val.truth)
    return FitResult(1, thresholds, line, describe_val(scores, thresholds))


def told_of(val: Scores) -> str:
    return "\n".join(remarks_on_val(settle(val)))


def honest(patients: int = 60, worth: float = 1.0) -> Scores:
    random = np.random.default_rng(0)
    truth = np.arange(patients) % 2 == 0
    logit = worth * (2 * truth - 1) + random.normal(size=patients)
    return rows((1 / (1 + np.exp(-logit))).tolist(), truth.tolist())


def test_nothing_is_remarked_on_an_honest_val() -> None:
    assert remarks_on_val(settle(honest())) == ()


@pytest.mark.parametrize(("truth", "name"), [(True, "positive"), (False, "negative")])
def test_a_val_of_one_class_is_told(truth: bool, name: str) -> None:
    val = rows(np.linspace(0.1, 0.9, 30).tolist(), [truth] * 30)
    assert remarks_on_val(settle(val)) == (
        f"val has {name} discs only: thresholds stay at 0.5, nothing is calibrated, and the "
        "epoch was chosen by loss",
    )


def test_a_model_that_ranks_the_wrong_way_round_is_told_by_slope_and_auc() -> None:
    told = told_of(honest(worth=-1.0))
    assert "Platt's slope on val is -2." in told
    assert "below 0: calibrated probabilities of slices fall where the model's rise" in told
    assert "AUC by disc on val lies below 0.5 (up to 0." in told


def test_a_model_that_only_seems_below_chance_is_not_told_of() -> None:
    val = honest(40, worth=-0.05)
    assert settle(val).calibration.slope < 0
    assert "AUC" not in told_of(val)


def test_a_threshold_that_one_slice_makes_is_told() -> None:
    """One positive slice on top, and all others mixed so that J is largest right below it."""
    truth = [True, *([False, True] * 30)]
    val = rows([0.99, *np.linspace(0.6, 0.4, 60).tolist()], truth)
    assert youden_threshold(val) == 0.99
    assert (
        "the threshold by slice, 0.990, is the probability of one slice of val: only 1 of 61, "
        "of 1 patient, lies at or above it"
    ) in told_of(val)


@pytest.mark.parametrize(("truth", "threshold"), [([True] * 20, 0.5), ([False, True] * 10, 0.1)])
def test_a_threshold_that_all_of_val_lies_on_one_side_of_is_told_as_such(
    truth: list[bool], threshold: float
) -> None:
    """Patients of one class have a threshold that is nobody's; the lowest of all calls all ill."""
    val = rows(np.linspace(0.9, 0.6, 20).tolist(), truth)
    result = settle(honest())
    facts = describe_val(dict.fromkeys(UNITS, val), dict.fromkeys(UNITS, threshold))
    fit = replace(result, val=facts, thresholds=dict.fromkeys(UNITS, threshold))
    told = "\n".join(remarks_on_val(replace(fit, val=replace(facts, n_negative=9))))
    assert f"the threshold by patient, {threshold:.3f}, calls every patient of val positive" in told
    assert "is the probability of one patient" not in told


def test_a_threshold_that_nearly_all_patients_meet_is_told() -> None:
    truth = [*([True, False] * 30), False]
    val = rows([*np.linspace(0.6, 0.4, 60).tolist(), 0.01], truth, rows_a_patient=3)
    assert "only 6 of 183, of 2 patients, lie below it" in told_of(val)


def test_a_val_with_few_of_the_rarer_class_is_told() -> None:
    truth = [True] * 4 + [False] * 80
    told = told_of(rows(np.linspace(0.9, 0.1, 84).tolist(), truth, rows_a_patient=10))
    assert told.startswith("val has 4 patients with a positive disc, under 10: thresholds, ")


def test_a_val_whose_patients_nearly_all_are_ill_is_told() -> None:
    """Each has a healthy disc too, so only the figures by patient rest on few."""
    random = np.random.default_rng(1)
    patient = np.repeat(np.arange(60), 2)
    truth = (np.arange(120) % 2 == 0) & (patient >= 3)
    order = np.argsort(-(probability := random.random(120)), kind="stable")
    val = Scores(probability[order], truth[order], patient[order])
    assert (
        "val has 3 patients without a positive disc, under 10: threshold and calibration by "
        "patient were chosen on too few"
    ) in told_of(val)


def test_an_auc_of_one_patient_in_a_class_has_no_end() -> None:
    result = settle(rows([0.9, 0.5, 0.4], [False, True, False]))
    assert result.val is not None
    assert result.val.auc_high is None


def test_a_run_of_an_older_version_is_told_nothing_of() -> None:
    result = settle(honest(worth=-1.0))
    assert remarks_on_val(None) == ()
    assert remarks_on_val(replace(result, val=None, calibration=Calibration(0.0, -1.0))) == ()


@pytest.mark.parametrize(
    ("positive", "negative", "told"),
    [
        (20, 480, "test has 20 patients with a positive disc, under 40: its figures are rough, "),
        (480, 39, "test has 39 patients with a negative disc, under 40: its figures are rough, "),
        (9, 900, "test has 9 patients with a positive disc, under 10: too few to judge"),
    ],
)
def test_the_rarer_class_decides_how_rough_figures_are(
    positive: int, negative: int, told: str
) -> None:
    (remark,) = remarks_on_size("test", positive, negative)
    assert remark.startswith(told)


def test_forty_of_each_are_enough() -> None:
    assert remarks_on_size("test", 40, 40) == ()


def unit(auc: Figure, positive: int = 90, negative: int = 90) -> UnitFigures:
    figures = (auc,) * len(METRICS)
    return UnitFigures(Estimates(figures, 0), 900, 300, 100, positive, negative, 300, 0.4, 0.5)


def part(auc: Figure, **hospitals: Figure) -> PartFigures:
    groups = {name: unit(one) for name, one in hospitals.items()}
    return PartFigures(dict.fromkeys(UNITS, unit(auc)), {"hospital": groups})


GOOD, CHANCE, TURNED = Figure(0.8, 0.7, 0.9), Figure(0.45, 0.3, 0.6), Figure(0.3, 0.2, 0.4)


def test_discs_of_one_score_are_told_for_their_area_is_that_of_ties() -> None:
    (remark,) = remarks_on_figures("test", part(Figure(0.5, 0.5, 0.5)))
    assert remark == (
        "all discs of test have the same score: their AUC of 0.5 is that of ties, and the model "
        "tells nothing"
    )


def test_an_auc_clearly_below_chance_is_told() -> None:
    (remark,) = remarks_on_figures("test", part(TURNED))
    assert remark.startswith("AUC by disc on test is 0.300 (0.200 to 0.400), below 0.5: ")


def test_a_hospital_with_exchanged_codes_is_named() -> None:
    (remark,) = remarks_on_figures("test", part(GOOD, H01=GOOD, H02=TURNED, H03=CHANCE))
    assert remark.startswith("AUC by slice below 0.5 in H02 0.300 (0.200 to 0.400): look for ")


@pytest.mark.parametrize("auc", [GOOD, CHANCE, Figure(None, None, None)])
def test_an_auc_that_may_be_chance_is_not_told_of(auc: Figure) -> None:
    assert remarks_on_figures("test", part(auc, H01=auc)) == ()
