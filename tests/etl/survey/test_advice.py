"""What a survey advises, and that advice which was followed is not given again."""

import gzip
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dicom_files import label_bytes, write_pair
from etl.trees import sound_tree
from hnp_etl.cli import main
from hnp_etl.recipes.builtin import builtin_text
from hnp_etl.survey.private_page import PRIVATE_PAGE


@pytest.fixture
def src(tmp_path: Path) -> Path:
    sound_tree(tmp_path / "src", patients=2)
    return tmp_path / "src"


def survey(src: Path, *options: object) -> str:
    done = CliRunner().invoke(main, ["survey", str(src), "--workers", "1", *map(str, options)])
    assert done.exit_code == 0, done.output
    return done.stdout


def advised(page: str) -> str:
    return page.partition("WHAT TO DO NEXT\n")[2]


def test_a_copy_is_told_without_its_name_until_it_is_left_out(src: Path, tmp_path: Path) -> None:
    shutil.copytree(src / "1.Training", src / "KIM copy" / "1.Training")
    page = survey(src, "--private", tmp_path / "private")
    assert "H01: 6 images of one folder lie in another too" in advised(page)
    assert "KIM" not in page
    named = tmp_path / "private" / PRIVATE_PAGE
    assert named.stat().st_mode & 0o777 == 0o600
    assert "--exclude 'src/KIM copy'" in named.read_text("utf-8")
    assert "lie in another" not in advised(survey(src, "--exclude", "src/KIM copy"))


def test_folders_of_no_hospital_are_counted_and_named_in_private(src: Path, tmp_path: Path) -> None:
    write_pair(src / "KIM" / "C004", "scan")
    page = survey(src, "--private", tmp_path / "private")
    assert "2 files lie in folders that tell no hospital" in advised(page)
    assert "KIM" not in page
    assert "src/KIM/C004\n" in (tmp_path / "private" / PRIVATE_PAGE).read_text("utf-8")


def test_closed_folders_are_named_in_private(
    src: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (src / "KIM").mkdir()
    opened = os.open

    def refuse(path: Any, *arguments: Any, **options: Any) -> int:
        if os.fsencode(path).endswith(b"/KIM"):  # a mode would not stop root
            raise PermissionError(13, "closed")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    page = survey(src, "--private", tmp_path / "private")
    assert "1 files or folders could not be read" in advised(page)
    assert "src/KIM\n" in (tmp_path / "private" / PRIVATE_PAGE).read_text("utf-8")


def test_without_a_private_folder_no_folder_is_named(src: Path, tmp_path: Path) -> None:
    write_pair(src / "KIM" / "C004", "scan")
    assert f"--private DIR names them in DIR/{PRIVATE_PAGE}" in advised(survey(src))
    assert not list(tmp_path.rglob(PRIVATE_PAGE))


def test_compressed_images_are_counted_as_images(src: Path) -> None:
    for name in ("a.dcm.gz", "b.json.gz", "e.txt.gz"):
        (src / name).write_bytes(gzip.compress(b"x"))
    assert "7 image files, 7 label files, 1 other file, 3 archive files" in survey(src)


def test_tables_beside_labels_are_told(src: Path) -> None:
    assert "tables" not in advised(survey(src))
    (src / "grades.csv").write_text("a,b\n", "utf-8")
    assert "tables (.csv, .xlsx) are met too: 1" in advised(survey(src))


def test_only_archives_that_are_not_read_are_advised_on(src: Path) -> None:
    path = next(src.rglob("H01")) / "more.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("C004/a.json", label_bytes())
    assert "archive" not in advised(survey(src))
    path.write_bytes(path.read_bytes()[:-30])
    assert "1 archive could not be read" in advised(survey(src))


def test_with_a_recipe_of_ones_own_none_is_to_be_drafted(src: Path, tmp_path: Path) -> None:
    assert "draft a recipe" in advised(survey(src))
    own = tmp_path / "own.toml"
    own.write_text(builtin_text("aihub-dld"), "utf-8")
    said = advised(survey(src, "--recipe", own))
    assert "draft a recipe" not in said
    assert "--out OUT --recipe own.toml" in said


def test_headers_without_a_preamble_are_not_advised_twice(tmp_path: Path) -> None:
    folder = tmp_path / "src" / "H01" / "C004"
    folder.mkdir(parents=True)
    for number in range(3):
        (folder / f"{number}.dcm").write_bytes(b"no DICOM at all" * 20)
    assert "headerless" in advised(survey(tmp_path / "src"))
    own = tmp_path / "own.toml"
    text = builtin_text("aihub-dld").replace("headerless = false", "headerless = true")
    own.write_text(text, "utf-8")
    assert "headerless" not in advised(survey(tmp_path / "src", "--recipe", own))


def test_files_that_tell_no_procedure_are_to_be_checked(src: Path, tmp_path: Path) -> None:
    write_pair(src / "H01", "scan")
    draft = tmp_path / "r.toml"
    survey(src, "--write-recipe", draft)
    assert (
        'procedures = ["C004"]  # CHECK: 2 of 14 files tell none and are left out'
        in draft.read_text("utf-8")
    )


def test_images_of_one_uid_and_of_other_sizes_are_no_copies(src: Path) -> None:
    shutil.copytree(src / "1.Training", src / "again" / "1.Training")
    for image in (src / "again").rglob("*.dcm"):
        image.write_bytes(image.read_bytes() + bytes(64))
    assert "lie in another" not in advised(survey(src))
