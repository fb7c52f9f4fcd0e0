from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests

from hnp_model.audit.added import Adding, gain, weighted_area
from hnp_model.audit.baseline import basis_of, design_of, left_by, logits_by_others, without
from hnp_model.audit.crossfit import STRENGTHS, deal_folds, predict, prepare, standardised
from hnp_model.audit.discs import Discs, group_discs
from hnp_model.audit.hospitals import holm
from hnp_model.data.slices import Slices
from model.audit.worlds import DISC, canal_of_the_ill, make_world


@pytest.fixture(scope="module")
def slices() -> Slices:
    return make_world(0, 60, tells=DISC).slices


@pytest.fixture(scope="module")
def discs(slices: Slices) -> Discs:
    return group_discs(slices)


def test_discs_are_in_the_order_of_people_and_positive_when_any_slice_is(slices: Slices) -> None:
    twice = slices.take(np.repeat(np.arange(len(slices)), 2))
    half = np.arange(len(twice)) % 2 == 0
    discs = group_discs(replace(twice, is_patient=twice.is_patient & half))
    assert len(discs) == len(slices)
    assert (np.diff(discs.person) >= 0).all()
    assert (discs.truth[discs.of_slice] == twice.is_patient).all()


def test_people_who_share_an_image_are_one(slices: Slices) -> None:
    names = slices.pixel_sha256.copy()
    names[-1] = names[0]
    discs = group_discs(replace(slices, pixel_sha256=names))
    assert discs.person.max() + 1 == 59


def test_missing_values_tell_the_baseline_nothing() -> None:
    slices = make_world(3, 200, fault=canal_of_the_ill).slices
    discs = group_discs(slices)
    design = design_of(discs, slices)
    known = np.isfinite(discs.mean(slices.canal_width_mm[:, None].astype(np.float64)))[:, 0]
    assert roc_auc_score(discs.truth, known) == 1
    logits = logits_by_others(design, discs.truth, deal_folds(discs.person))
    assert roc_auc_score(discs.truth, logits) < 0.62


def test_what_the_baseline_leaves_is_unrelated_to_it(slices: Slices, discs: Discs) -> None:
    design = design_of(discs, slices)
    left = left_by(design, discs.truth)
    assert design.T @ left == pytest.approx(np.zeros(design.shape[1]), abs=1e-9)
    assert left.sum() == pytest.approx(0, abs=1e-9)
    basis = basis_of(design)
    assert without(basis, design) == pytest.approx(np.zeros(design.shape), abs=1e-9)


def test_nobody_is_judged_by_a_model_that_has_seen_them(discs: Discs) -> None:
    fold = deal_folds(discs.person)
    assert all(np.unique(fold[discs.person == one]).size == 1 for one in np.unique(discs.person))
    features = standardised(np.random.default_rng(0).normal(size=(len(discs), 8)))
    target = discs.truth - discs.truth.mean()
    ridges = prepare(features, fold)
    told = predict(ridges, target[:, None])
    changed = np.where(fold == 0, 0.5 - target, target)
    again = predict(ridges, changed[:, None])
    assert (told[:, fold == 0] == again[:, fold == 0]).all()
    assert (told[:, fold != 0] != again[:, fold != 0]).any()


def test_a_ridge_is_that_of_the_normal_equations(discs: Discs) -> None:
    fold = deal_folds(discs.person)
    features = standardised(np.random.default_rng(0).normal(size=(len(discs), 8)))
    target = discs.truth - discs.truth.mean()
    found = predict(prepare(features, fold), target[:, None])[1, fold == 2, 0]
    unit, train = features / np.sqrt(8), fold != 2
    held = STRENGTHS[1] * train.sum() * np.eye(8)
    weights = np.linalg.solve(unit[train].T @ unit[train] + held, unit[train].T @ target[train])
    assert found == pytest.approx(unit[~train] @ weights)


def test_areas_of_counted_rows_are_those_of_scikit_learn(discs: Discs) -> None:
    random = np.random.default_rng(0)
    score, count = random.random(len(discs)).round(1), random.integers(1, 4, len(discs))
    expected = roc_auc_score(discs.truth, score, sample_weight=count)
    assert weighted_area(score, discs.truth, count.astype(np.float64)) == pytest.approx(expected)


def test_a_gain_is_the_difference_of_both_areas(discs: Discs) -> None:
    random = np.random.default_rng(0)
    poorer, richer = (random.random(len(discs)) + boost * discs.truth for boost in (0.1, 0.5))
    found = gain(discs, poorer, richer)
    areas = [roc_auc_score(discs.truth, one) for one in (poorer, richer)]
    assert found.value == pytest.approx(areas[1] - areas[0])
    assert found.low is not None
    assert found.high is not None
    assert found.low < areas[1] - areas[0] < found.high
    same = gain(discs, poorer, poorer)
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_what_tells_nothing_adds_nothing_and_what_tells_all_adds_all(discs: Discs) -> None:
    base = np.zeros(len(discs))
    adding = Adding(discs, base)
    assert adding.by(np.zeros(len(discs))).high == 0
    assert adding.by(-discs.truth.astype(np.float64)).high == 0
    assert adding.by(discs.truth.astype(np.float64)).low == pytest.approx(0.5)


def test_looks_are_corrected_as_holm_does() -> None:
    p_values = [0.01, 0.04, 0.03, 0.005, 0.9]
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])
