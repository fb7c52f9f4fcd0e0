"""`hnp-train segment`: fit goes on where it was stopped, predict tells what it does not know."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from hnp_model.segmentation import training
from hnp_model.segmentation.oddity import Usual, features_of
from hnp_shared.dataset import open_dataset
from hnp_shared.mask_set import open_mask_set
from model.conftest import invoke
from model.morphometry.masked import write_masks
from model.synthetic import Plan, write_dataset

FLAGS = ("--epochs", 2, "--members", 2, "--side", 96, "--width", 4, "--batch-size", 8)


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten patients with two slices each."""
    return write_dataset(tmp_path_factory.mktemp("few") / "out", Plan(10, slices_a_level=1))


@pytest.fixture(scope="module")
def few_split(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("splits") / "few.csv"
    assert invoke("split", few, "-o", path).exit_code == 0
    return path


@pytest.fixture(scope="module")
def masks(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masks") / "m"
    write_masks(few, folder)
    return folder


@pytest.fixture(scope="module")
def segmented(
    few: Path, few_split: Path, masks: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    run = tmp_path_factory.mktemp("runs") / "seg"
    result = invoke("segment", "fit", few, masks, "--split", few_split, "--out", run, *FLAGS)
    assert result.exit_code == 0, result.output
    assert "warning: Dice on val is 0." in result.stderr  # two epochs teach nobody
    return run


def test_a_fit_that_was_stopped_ends_in_the_same_bits(
    few: Path,
    few_split: Path,
    masks: Path,
    segmented: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = ("segment", "fit", few, masks, "--split", few_split, "--out", tmp_path / "run")
    passes = []

    def stopped(*arguments: object) -> float:
        passes.append(1)
        if len(passes) == 4:
            raise KeyboardInterrupt
        return original(*arguments)  # type: ignore[arg-type]

    original = training._pass
    monkeypatch.setattr(training, "_pass", stopped)
    assert invoke(*wanted, *FLAGS).exit_code == 75
    monkeypatch.undo()
    assert invoke(*wanted, *FLAGS).exit_code == 73
    assert invoke(*wanted, *FLAGS, "--seed", 1, "--resume").exit_code == 73
    assert invoke(*wanted, *FLAGS, "--resume").exit_code == 0
    for name in ("member-42.safetensors", "member-43.safetensors", "history.csv"):
        assert (tmp_path / "run" / name).read_bytes() == (segmented / name).read_bytes()


def test_predicted_masks_are_a_mask_set_with_members_and_intervals(
    few: Path, segmented: Path, tmp_path: Path
) -> None:
    target = tmp_path / "said"
    result = invoke("segment", "predict", segmented, few, "-o", target, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    masks = open_mask_set(target)
    strange = masks.info.source["out_of_distribution"]
    assert told["slices"] + told["out_of_distribution"] == 20
    assert len(strange) == told["out_of_distribution"]
    members = sorted((target / "members").iterdir())
    assert len(members) == 4  # two networks, plain and mirrored
    table = tmp_path / "m.parquet"
    assert invoke("measure", few, target, "-o", table).exit_code in {0, 65}
    rows = pq.read_table(table).to_pandas()
    assert set(rows.slice_id[rows.reason == "OUT_OF_DISTRIBUTION"]) == set(strange)


def test_an_evaluation_tells_overlap_and_measures_by_hospital(
    few: Path, few_split: Path, masks: Path, segmented: Path, tmp_path: Path
) -> None:
    wanted = ("segment", "evaluate", segmented, few, masks)
    target = tmp_path / "seen"
    result = invoke(*wanted, "--split", few_split, "--out", target)
    assert result.exit_code == 0, result.output
    found = json.loads((target / "segmentation.json").read_text())
    assert found["training"] is False
    structures = found["structures"]["all"]
    assert {"disc", "nucleus", "annulus", "sac"} <= structures.keys()
    dice = structures["disc"]["dice"]["value"]
    assert dice is None or 0 <= dice <= 1
    assert {"overlays.png", "bland-altman.png"} <= {path.name for path in target.iterdir()}
    assert invoke(*wanted, "--split", few_split, "--out", target).exit_code == 73
    assert invoke(*wanted, "--out", tmp_path / "x").exit_code == 2
    seen = invoke(*wanted, "--split", few_split, "--part", "train", "--out", tmp_path / "train")
    assert "TRAINING" in seen.output


def test_masks_of_other_data_and_leaking_splits_are_refused(masks: Path, tmp_path: Path) -> None:
    wanted = ("--out", tmp_path / "run", *FLAGS)
    twins = write_dataset(tmp_path / "twins", Plan(12, slices_a_level=1, twins=True))
    write_masks(twins, tmp_path / "twin-masks")
    slices = open_dataset(twins).manifest
    copied = slices[slices.pixel_sha256.duplicated(keep=False)].patient_id.unique().tolist()
    assert len(copied) == 2
    others = sorted(set(slices.patient_id) - set(copied))
    parts = {copied[0]: "train", copied[1]: "val"}
    parts |= {one: ("train", "val", "test")[at % 3] for at, one in enumerate(others)}
    lines = ["# unit: patient", "patient_id,part", *(f"{p},{parts[p]}" for p in sorted(parts))]
    (tmp_path / "split.csv").write_text("\n".join(lines) + "\n")
    split = ("--split", tmp_path / "split.csv")
    refused = invoke("segment", "fit", twins, tmp_path / "twin-masks", *split, *wanted)
    assert refused.exit_code == 65
    assert "the split leaks" in refused.output
    refused = invoke("segment", "fit", twins, masks, *split, *wanted)
    assert refused.exit_code == 65
    assert "the masks are of dataset_id" in refused.output


def test_weights_that_were_changed_are_refused(few: Path, segmented: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    copy.mkdir()
    for path in segmented.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    content = bytearray((copy / "member-42.safetensors").read_bytes())
    content[-1] ^= 1
    (copy / "member-42.safetensors").write_bytes(bytes(content))
    result = invoke("segment", "predict", copy, few, "-o", tmp_path / "m")
    assert result.exit_code == 65
    assert "other weights than the fit left" in result.output


def test_pictures_of_noise_are_odd() -> None:
    random = np.random.default_rng(0)
    down, right = np.mgrid[:60, :60]
    disc = ((down - 30) ** 2 + (right - 30) ** 2 < 200).astype(np.uint8) * 2
    disc[50:56, 26:34] = 3
    usual_masks = np.stack([np.roll(disc, shift, axis=1) for shift in range(-4, 5)] * 4)
    doubt = random.normal(0.1, 0.02, len(usual_masks))
    areas = [1.0] * len(usual_masks)
    usual = Usual.learn(features_of(usual_masks, usual_masks[None], doubt, areas))
    assert not usual.is_odd(features_of(usual_masks, usual_masks[None], doubt, areas)).any()
    noise = random.integers(0, 6, (1, 60, 60)).astype(np.uint8)
    for masks, members in (
        (noise, noise[None]),
        (usual_masks[:1], noise[None]),
        (noise * 0, noise[None] * 0),
    ):
        assert usual.is_odd(features_of(masks, members, np.array([0.1]), [1.0])).all()
