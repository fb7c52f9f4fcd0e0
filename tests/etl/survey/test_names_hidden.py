"""Names in texts and keys reach neither screen nor drafted recipe: a page in private has them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dicom_files import dicom_bytes
from hnp_etl.commands.survey import survey_command

UTF8 = "ISO_IR 192"
NAMES = ("JONES", "김철수", "Jones_Age", "L4-5_kim", "555 1234")


@pytest.fixture(scope="module")
def src(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("hidden") / "src" / "H01" / "C004"
    top.mkdir(parents=True)
    texts = ("JONES MARY A t2_tse_tra", "김철수 T2 axial", "T2 ax tel 02 555 1234")
    for number, text in enumerate(texts):
        image = dicom_bytes(
            SeriesDescription=text, SOPInstanceUID=f"2.25.{number}", SpecificCharacterSet=UTF8
        )
        (top / f"{number}.dcm").write_bytes(image)
        label = json.dumps({"Jones_Age": 61, "L4-5_kim": 3, "L3-4": 6}).encode()
        (top / f"{number}.json").write_bytes(label)
    return top.parent.parent


def survey(*arguments: object) -> Result:
    return CliRunner().invoke(survey_command, [*map(str, arguments), "--workers", "1"])


def test_nothing_of_them_is_shown_and_the_plane_is_told_all_the_same(
    src: Path, tmp_path: Path
) -> None:
    recipe = tmp_path / "drafted.toml"
    page = survey(src, "--write-recipe", recipe).output
    told = page + survey(src, "--json").output + recipe.read_text("utf-8")
    assert [name for name in NAMES if name in told] == []
    assert "<text> t2_tse_tra" in page
    assert "add by hand: --private-page FILE" in recipe.read_text("utf-8")


def test_the_private_page_has_them_and_lies_in_the_private_folder_alone(
    src: Path, tmp_path: Path
) -> None:
    private = tmp_path / "private"
    done = survey(src, "--private", private, "--private-page", private / "full.txt")
    written = (private / "full.txt").read_text("utf-8")
    assert (done.exit_code, [name for name in NAMES if name not in written]) == (0, [])
    assert (private / "full.txt").stat().st_mode & 0o777 == 0o600
    assert [name for name in NAMES if name in done.output] == []


@pytest.mark.parametrize("place", ["full.txt", "private/sub/full.txt", "private/key"])
def test_a_private_page_anywhere_else_or_over_the_key_is_refused(
    place: str, src: Path, tmp_path: Path
) -> None:
    done = survey(src, "--private", tmp_path / "private", "--private-page", tmp_path / place)
    assert (done.exit_code, done.output.count("\n")) == (73, 1)
