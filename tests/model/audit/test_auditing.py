import json
from pathlib import Path

import pytest

from hnp_model.audit.views import SUSPECTS
from hnp_shared.splits import Split, read_split, write_split
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

HEADS = ("in more than one part", "suspect ", "baseline ", "hospital ")


def test_a_clean_data_set_passes(dataset: Path, split_file: Path) -> None:
    result = invoke("audit", dataset, "--split", split_file)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    for head in HEADS:
        assert [line for line in lines if line.startswith(head)]
    (border,) = (line for line in lines if line.startswith("border "))
    assert " could add at most +0." in border
    assert lines[-1].startswith("found no leak and no shortcut; ")
    assert " could add most, +0." in lines[-1]
    assert result.stderr == ""


def test_a_leak_is_exit_code_3_and_one_line(dataset: Path, tmp_path: Path) -> None:
    split = tmp_path / "leaking.csv"
    assert invoke("split", dataset, "-o", split, "--unit", "slice").exit_code == 0
    result = invoke("audit", dataset, "--split", split)
    assert result.exit_code == 3
    assert result.stdout.startswith("in more than one part  count\npatients               76\n")
    assert result.stderr.splitlines()[-1] == (
        "error: the audit found 1: 76 patients, 76 studies and 0 images sit in more than one part"
    )


def test_one_image_under_two_names_is_a_leak(tmp_path: Path) -> None:
    twins = write_dataset(tmp_path / "out", Plan(40, slices_a_level=1, twins=True))
    path = tmp_path / "split.csv"
    assert invoke("split", twins, "-o", path).exit_code == 0
    split = read_split(path)
    first, second = sorted(split.parts)[:2]
    torn = {**split.parts, first: "train", second: "test"}
    write_split(path, Split(split.unit, split.facts, torn))
    result = invoke("audit", twins, "--split", path)
    assert result.exit_code == 3
    assert "0 patients, 0 studies and 1 image sit in more than one part" in result.stderr


def test_json_holds_what_the_table_shows(dataset: Path, split_file: Path) -> None:
    found = json.loads(invoke("audit", dataset, "--split", split_file, "--json").stdout)
    assert found["n_patients"] == {"train": 48, "val": 16, "test": 16}
    assert found["leaks"] == {"patients": 0, "studies": 0, "images": 0}
    assert list(found["suspects"]) == list(SUSPECTS)
    border = found["suspects"]["border"]
    assert border["adds"]["low"] <= border["adds"]["value"] <= border["at_most"]
    assert border["finding"] is False
    assert 0 < border["p"] <= border["p_corrected"] <= 1
    assert [one["name"] for one in found["hospitals"]] == ["H01", "H02", "H03"]
    assert found["baseline"]["low"] <= found["baseline"]["value"] <= found["baseline"]["high"]
    assert found["leakage_price"] is None
    assert found["found"] == []


def test_a_run_is_compared_with_what_is_known_without_the_image(
    dataset: Path, split_file: Path, run: Path
) -> None:
    result = invoke("audit", dataset, "--split", split_file, "--run", run)
    assert result.exit_code == 0, result.stderr
    assert "\nthe run adds " in result.stdout


def test_a_run_of_another_split_is_refused(dataset: Path, run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    assert invoke("split", dataset, "-o", other, "--seed", 1).exit_code == 0
    result = invoke("audit", dataset, "--split", other, "--run", run)
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the run was fitted with another split or fold, expected the one audited\n"
    )


def test_a_fold_can_be_audited(dataset: Path, tmp_path: Path) -> None:
    folds = tmp_path / "folds.csv"
    assert invoke("split", dataset, "-o", folds, "--scheme", "kfold").exit_code == 0
    assert invoke("audit", dataset, "--split", folds).exit_code == 65
    assert invoke("audit", dataset, "--split", folds, "--fold", 1).exit_code == 0


@pytest.mark.parametrize(
    "arguments", [(), ("--split", "nowhere.csv"), ("--split", "{split}", "--epochs", "0")]
)
def test_wrong_use_is_exit_code_2(
    dataset: Path, split_file: Path, arguments: tuple[str, ...]
) -> None:
    filled = [text.format(split=split_file) for text in arguments]
    assert invoke("audit", dataset, *filled).exit_code == 2


def test_images_without_a_frame_are_refused(tmp_path: Path) -> None:
    tiny = write_dataset(tmp_path / "out", Plan(24, slices_a_level=1, side=8))
    split = tmp_path / "split.csv"
    assert invoke("split", tiny, "-o", split).exit_code == 0
    result = invoke("audit", tiny, "--split", split)
    assert result.exit_code == 65
    assert result.stderr == ("error: found images of 8 x 8, an audit takes 10 x 10 or more\n")
