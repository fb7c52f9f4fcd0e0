from pathlib import Path

import matplotlib.image
import pytest

from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.mark.parametrize(
    "flags",
    [
        ("--mixup", "nan"),
        ("--augment", "inf"),
        ("--lr", "nan"),
        ("--seeds", 2, "--seed", 2**32 - 1),
    ],
)
def test_a_number_that_is_none_is_wrong_use_in_one_line(
    small: Path, small_split: Path, tmp_path: Path, flags: tuple[object, ...]
) -> None:
    refused = invoke("fit", small, "--split", small_split, "--out", tmp_path / "run", *flags)
    assert refused.exit_code == 2
    told = (
        "is not in the range",
        "is no number",
        "expected finite ones and seeds up to 4294967295",
    )
    assert any(words in refused.stderr for words in told)
    assert not (tmp_path / "run").exists()


def test_a_sheet_has_a_column_an_epoch_and_stays_out_of_the_data_set(
    small: Path, tmp_path: Path
) -> None:
    plain, varied = tmp_path / "plain.png", tmp_path / "varied.png"
    assert invoke("show", small, "-o", plain, "--slices", 2).exit_code == 0
    flags = ("--augment", "--epochs", 3, "--slices", 2)
    assert invoke("show", small, "-o", varied, *flags).exit_code == 0
    widths = [matplotlib.image.imread(path).shape[1] for path in (plain, varied)]
    assert widths[1] - widths[0] == pytest.approx(3 * 1.35 * 150, abs=2)
    again = tmp_path / "again.png"
    assert invoke("show", small, "-o", again, *flags).exit_code == 0
    assert again.read_bytes() == varied.read_bytes()
    assert invoke("show", small, "-o", again, *flags).exit_code == 73
    assert invoke("show", small, "-o", small / "sheet.png", *flags).exit_code == 73
    assert invoke("show", small, "-o", again, "--force", "--strength", "nan").exit_code == 2


def test_a_data_set_without_labels_is_shown_too(tmp_path: Path) -> None:
    data = write_dataset(tmp_path / "out", Plan(patients=3, labelled=False))
    sheet = tmp_path / "sheet.png"
    assert invoke("show", data, "-o", sheet, "--augment", "--epochs", 1).exit_code == 0
    assert sheet.stat().st_size > 1_000
