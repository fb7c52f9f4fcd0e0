"""A run can be trained again from its folder, and says whether the same came out."""

import json
import shutil
from pathlib import Path

import pytest

from model.conftest import invoke, invoke_fit


@pytest.fixture
def place(small: Path, small_split: Path, tmp_path: Path) -> Path:
    """A folder with a data set, a split and a run, side by side."""
    shutil.copytree(small, tmp_path / "data")
    shutil.copy(small_split, tmp_path / "patients.csv")
    fitted = invoke_fit(tmp_path / "data", tmp_path / "patients.csv", tmp_path / "run")
    assert fitted.exit_code == 0, fitted.output
    return tmp_path


def test_a_run_is_trained_again_bit_for_bit_from_what_lies_beside_it(place: Path) -> None:
    result = invoke("replay", place / "run")
    assert result.exit_code == 0, result.output
    assert "the same weights, bit for bit" in result.output
    weights = "model.safetensors"
    assert (place / "run" / weights).read_bytes() == (
        place / "run" / "replay" / weights
    ).read_bytes()


def test_data_and_split_that_lie_elsewhere_are_given(place: Path) -> None:
    for name in ("data", "patients.csv"):
        (place / "far").mkdir(exist_ok=True)
        (place / name).rename(place / "far" / name)
    refused = invoke("replay", place / "run")
    assert refused.exit_code == 65
    assert "expected it as OUT" in refused.stderr
    far = place / "far"
    refused = invoke("replay", place / "run", far / "data")
    assert refused.exit_code == 65
    assert "(patients.csv)" in refused.stderr
    found = invoke("replay", place / "run", far / "data", "--split", far / "patients.csv")
    assert found.exit_code == 0, found.output


def test_weights_that_differ_are_told_with_how_far_they_judge_apart(place: Path) -> None:
    config = place / "run" / "config.json"
    said = json.loads(config.read_text())
    said["settings"]["seed"] += 1  # as if the weights had come about in another way
    config.write_text(json.dumps(said))
    result = invoke("replay", place / "run")
    assert result.exit_code == 3
    assert "the weights are not the same bits; probabilities on val differ by 0." in result.stderr


def test_another_data_set_is_refused(place: Path, dataset: Path) -> None:
    result = invoke("replay", place / "run", dataset)
    assert result.exit_code == 65
    assert "the run was trained on" in result.stderr


def test_a_replay_is_told_as_json(place: Path) -> None:
    result = invoke("replay", place / "run", "--json")
    assert json.loads(result.stdout)["same_weights"] is True
