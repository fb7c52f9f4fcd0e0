import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from hnp_etl.commands.phantom import phantom


def test_it_tells_what_it_made(tmp_path: Path) -> None:
    result = CliRunner().invoke(phantom, [str(tmp_path / "made"), "--patients", "1"])
    assert result.exit_code == 0
    assert result.stdout.startswith("25 images with labels of 1 patient; 10 axial T2 slices")
    assert (tmp_path / "made.truth.csv").is_file()


def test_it_lays_files_out_flat(tmp_path: Path) -> None:
    wanted = [str(tmp_path / "made"), "--patients", "1", "--layout", "flat"]
    assert CliRunner().invoke(phantom, wanted).exit_code == 0
    assert len(list((tmp_path / "made").glob("H0?/C004/*.json"))) == 25


def test_every_option_reaches_the_phantom(tmp_path: Path) -> None:
    wanted = ["--patients", "1", "--layout", "korean-2022", "--labels", "bom", "--masks"]
    wanted += ["--label-noise", "1", "--shortcut", "1"]
    assert CliRunner().invoke(phantom, [str(tmp_path / "made"), *wanted]).exit_code == 0
    labels = list((tmp_path / "made/01-1.정식개방데이터").rglob("*.json"))
    assert labels
    assert all(each.read_bytes().startswith(b"\xef\xbb\xbf") for each in labels)
    with (tmp_path / "made.truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["is_flipped"] for row in rows} == {"1"}
    assert all((row["is_marked"] == "1") == (row["label_code"] != "1") for row in rows)
    assert (tmp_path / "made.truth.npz").is_file()


def test_none_is_ill_where_the_share_is_0(tmp_path: Path) -> None:
    wanted = [str(tmp_path / "made"), "--patients", "2", "--matrix", "32", "--ill-patients", "0"]
    result = CliRunner().invoke(phantom, wanted)
    assert "20 axial T2 slices of discs, 0 of them herniated" in result.stdout


def test_a_folder_that_is_not_empty_ends_in_one_line_and_73(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    result = CliRunner().invoke(phantom, [str(tmp_path), "--patients", "1"])
    assert result.exit_code == 73
    assert result.stderr.count("\n") == 1
    assert "expected a new or empty folder" in result.stderr


@pytest.mark.parametrize(
    "wrong",
    [
        ["--patients", "0"],
        ["--patients", "-3"],
        ["--layout", "x"],
        ["--labels", "x"],
        ["--label-noise", "1.5"],
        ["--shortcut", "-0.1"],
        ["--ill-patients", "50"],
        ["--seed", "a"],
    ],
)
def test_wrong_use_ends_in_2(tmp_path: Path, wrong: list[str]) -> None:
    result = CliRunner().invoke(phantom, [str(tmp_path / "made"), *wrong])
    assert result.exit_code == 2
    assert not (tmp_path / "made").exists()
