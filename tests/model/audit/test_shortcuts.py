from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hnp_model.audit.auditing import Audit, audit
from hnp_model.audit.blocks import block_means, centre_blocks, frame_blocks
from hnp_model.audit.shortcuts import gains
from hnp_model.audit.simple_model import predict_simply
from hnp_model.audit.vectors import Vectors
from hnp_model.data.slices import Slices, read_slices
from hnp_model.settings import AuditSettings
from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

PATIENTS = 150
"""Of whom 30 are in test: fewer leave even a strong shortcut in doubt."""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Plan], Audit]:
    def make(plan: Plan) -> Audit:
        folder = tmp_path_factory.mktemp("planted")
        out, split = write_dataset(folder / "out", plan), folder / "split.csv"
        assert invoke("split", out, "-o", split).exit_code == 0
        return audit(out, split, None, AuditSettings())

    return make


@pytest.mark.parametrize("seed", range(3))
def test_a_data_set_without_a_shortcut_has_none(
    audited: Callable[[Plan], Audit], seed: int
) -> None:
    found = audited(Plan(PATIENTS, slices_a_level=1, seed=seed))
    assert found.found == ()
    assert not found.shortcuts.unjudged


def test_hospitals_that_tell_the_label_are_found(audited: Callable[[Plan], Audit]) -> None:
    found = audited(Plan(PATIENTS, slices_a_level=1, hospital_shares=(0.1, 0.5, 0.9)))
    (what,) = found.found
    assert what.startswith("acquisition alone tells the label: AUC by disc 0.")


def test_a_border_that_tells_the_label_is_found(audited: Callable[[Plan], Audit]) -> None:
    found = audited(Plan(PATIENTS, slices_a_level=1, bright_border=True))
    (what,) = found.found
    assert what.startswith("border alone tells the label: AUC by disc ")
    added = found.shortcuts.added["border"]["level"].low
    assert added is not None
    assert added > 0.1


def test_an_image_that_shows_the_disc_adds_to_what_is_known(
    audited: Callable[[Plan], Audit],
) -> None:
    added = audited(Plan(PATIENTS, slices_a_level=1)).shortcuts.added["image"]["level"]
    assert added.low is not None
    assert added.low > 0.1


def test_too_few_patients_are_told_not_judged(small: Path, small_split: Path) -> None:
    found = audit(small, small_split, None, AuditSettings())
    assert found.shortcuts.unjudged
    assert found.found == ()
    assert any("could not be judged" in remark for remark in found.remarks)


def test_the_same_audit_gives_the_same_figures(dataset: Path, split_file: Path) -> None:
    first, second = (audit(dataset, split_file, None, AuditSettings()) for _ in range(2))
    assert first == second


def test_a_gain_is_the_difference_of_both_areas(slices: Slices) -> None:
    random = np.random.default_rng(0)
    poorer, richer = (
        random.random(len(slices)) + boost * slices.is_patient for boost in (0.1, 0.5)
    )
    gain = gains(slices, poorer, richer)["slice"]
    areas = [roc_auc_score(slices.is_patient, one) for one in (poorer, richer)]
    assert gain.value == pytest.approx(areas[1] - areas[0])
    assert gain.value is not None
    assert gain.low is not None
    assert gain.high is not None
    assert gain.low < gain.value < gain.high


def test_a_model_is_no_better_than_itself(slices: Slices) -> None:
    probability = np.random.default_rng(0).random(len(slices))
    for figure in gains(slices, probability, probability).values():
        assert (figure.value, figure.low, figure.high) == (0, 0, 0)


def test_missing_values_and_blank_pictures_are_taken() -> None:
    random = np.random.default_rng(0)
    truth = random.random(80) < 0.5
    plain = np.column_stack([truth + random.normal(size=80), np.full(80, np.nan)])
    plain[::7, 0] = np.nan
    vectors = Vectors(plain, np.zeros((80, 36)))
    probability = predict_simply(vectors, truth, vectors)
    assert roc_auc_score(truth, probability) > 0.6


def test_blocks_are_means_of_pixels() -> None:
    images = np.arange(2 * 4 * 6, dtype=np.float32).reshape(2, 4, 6)
    found = block_means(images, 2)
    assert found.shape == (2, 2, 2)
    assert found[1, 0, 1] == images[1, :2, 3:].mean()


def test_sides_that_do_not_divide_are_covered_once() -> None:
    images = np.ones((1, 33, 47), dtype=np.float32)
    assert np.allclose(block_means(images, 10), 1)


def test_frame_and_centre_share_no_pixel() -> None:
    images = np.zeros((1, 50, 40), dtype=np.float32)
    images[0, 5:45, 4:36] = 1
    assert frame_blocks(images).shape == (1, 36)
    assert frame_blocks(images).max() == 0
    assert centre_blocks(images).min() == 1


@pytest.fixture(scope="module")
def slices(dataset: Path) -> Slices:
    return read_slices(open_dataset(dataset))
