"""`hnp-etl survey` as a user calls it: one page, one JSON, one recipe, and no name in any."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dicom_files import dicom_bytes, label_bytes
from etl.trees import Slice, hard_tree, pixels_of, sound_tree, write_slice
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey import SurveyConfig
from hnp_etl.survey import survey as findings_of


def hnp_etl(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "hnp-etl"
    return subprocess.run(
        [program, *map(str, arguments)], capture_output=True, text=True, check=False
    )


def survey(*arguments: object) -> subprocess.CompletedProcess[str]:
    return hnp_etl("survey", *arguments, "--workers", 1)


def section(page: str, title: str) -> list[str]:
    return page.partition(f"{title}\n")[2].partition("\n\n")[0].splitlines()


def test_the_page_tells_what_is_there_and_what_to_do(tmp_path: Path) -> None:
    hard_tree(tmp_path / "src")
    done = survey(tmp_path / "src")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "80 files, 73.8 kB: 41 image files, 37 label files, 2 other files"
    )
    places = [line.split()[:6] for line in section(done.stdout, "WHERE THEY LIE")[1:]]
    assert places == [
        ["H01", "C004", "training", "40", "37", "2"],
        ["H01", "C007", "training", "1", "0", "0"],
    ]
    assert "image  NOT_PROCEDURE   1" in done.stdout
    assert "exactly one of five cells is not 6" in done.stdout
    assert "(b) same path but for image and label folders         36" in done.stdout
    assert section(done.stdout, "WHAT TO DO NEXT")[-1] == (
        "3. draft a recipe: the same command with --write-recipe FILE"
    )


def test_json_has_all_of_it(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    found = json.loads(survey(tmp_path / "src", "--json").stdout)
    assert found["pairing"]["steps"] == {"b": 6}
    assert found["outcomes"] == {"accepted": 6}
    assert found["labels"]["encodings"] == {"utf-8": 6}
    (row,) = found["identity"]
    assert (row["hospital"], row["source"], row["label_values"]) == ("H01", "label", 2)
    (series,) = found["series"]
    assert (series["text"], series["outcome"]) == ("t2_tse_tra", "wanted")
    assert (series["weighting"], series["weighting_from"]) == ("T2", "tags")
    assert [stage["name"] for stage in found["stages"]] == ["walk", "read", "keys", "pair", "count"]


def test_a_build_after_a_survey_opens_no_file_again(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    _age(tmp_path / "src")
    private, recipe = tmp_path / "private", tmp_path / "mine.toml"
    assert survey(tmp_path / "src", "--private", private, "--write-recipe", recipe).returncode == 0
    again = json.loads(survey(tmp_path / "src", "--private", private, "--json").stdout)
    assert again["files_read"] == 0
    build = ("build-manifest", tmp_path / "src", "--out", tmp_path / "out", "--private", private)
    done = json.loads(hnp_etl(*build, "--recipe", recipe, "--workers", 1, "--json").stdout)
    assert (done["files_read"], done["states"]["accepted"]) == (0, 6)


def _age(folder: Path) -> None:
    """Make files old enough to be remembered."""
    for path in folder.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000))


def test_a_survey_between_two_builds_changes_nothing(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    out, private = tmp_path / "out", tmp_path / "out.private"
    build = ("build-manifest", tmp_path / "src", "--out", out, "--workers", 1, "--json")
    first = json.loads(hnp_etl(*build).stdout)
    other = tmp_path / "other.toml"
    other.write_text(
        "name = 'x'\n[layout]\nhospital = '(P)'\nprocedures = []\n[label.codes]\n9 = 'normal'\n"
    )
    assert survey(tmp_path / "src", "--private", private, "--recipe", other).returncode == 0
    assert json.loads(hnp_etl(*build).stdout)["dataset_id"] == first["dataset_id"]
    shutil.rmtree(out)
    assert json.loads(hnp_etl(*build).stdout)["dataset_id"] == first["dataset_id"]


def test_a_recipe_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=1)
    (tmp_path / "mine.toml").write_text("mine")
    done = survey(tmp_path / "src", "--write-recipe", tmp_path / "mine.toml")
    assert done.returncode == 73
    assert done.stderr == "error: mine.toml is there already, expected a new file\n"
    assert (tmp_path / "mine.toml").read_text() == "mine"


def test_the_private_folder_may_not_lie_in_a_source(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=1)
    assert survey(tmp_path / "src", "--private", tmp_path / "src" / "p").returncode == 65


@pytest.mark.parametrize(
    "content", [{}, {"a.dcm": b"junk", "b.json": b"{", "c": b"", "d.zip": b"PK"}]
)
def test_nothing_or_junk_is_a_page_too(content: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name, junk in content.items():
        (tmp_path / "src" / name).write_bytes(junk)
    recipe = tmp_path / "r.toml"
    done = survey(tmp_path / "src", "--write-recipe", recipe)
    assert (done.returncode, done.stderr) == (0, "")
    assert "WHAT TO DO NEXT" in done.stdout
    assert load_recipe(str(recipe)).confirmed is False


def test_every_uncertain_line_of_a_recipe_says_check(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    survey(tmp_path / "src", "--write-recipe", tmp_path / "r.toml")
    marked = [
        line.partition(" = ")[0]
        for line in (tmp_path / "r.toml").read_text("utf-8").splitlines()
        if "  # CHECK: " in line
    ]
    assert marked == ["confirmed", "patient", "canal", *"12346"]
    assert '# 5 = "patient"' in (tmp_path / "r.toml").read_text("utf-8")  # no label has it


@pytest.fixture
def told(tmp_path: Path) -> str:
    """Survey a tree with a marker in every name, id and date; return all that came out."""
    for person, who in enumerate(("CANARY_LEE", "카나리아")):
        top = tmp_path / "src CANARY" / "H01" / who
        top.mkdir(parents=True)
        for number in range(4):
            stem = top / f"CANARY_{person}{number}"
            image = dicom_bytes(
                pixels_of(number + 10 * person),
                PatientID=f"CANARY{who}",
                PatientName="CANARY",
                StudyDescription="L-SPINE CANARY",
                SOPInstanceUID=f"2.25.77700{person}{number}",
                StudyInstanceUID=f"2.25.88800{person}",
                StudyDate="19870605",
                SeriesDescription="t2 tra CANARY^LEE 1987-06-05 7654321",
                InstitutionName="CANARY",
            )
            stem.with_suffix(".dcm").write_bytes(image)
            label = label_bytes(
                "L4-5",
                1 + number,
                Patient_ID=f"CANARY{person}",
                Age="61세",
                Sex="카나리아",
                reader="CANARY",
                판독의="카나리아",
                side="CANARY",
                birth="1987-06-05",
                room="CANARY",
                comment="CANARY",
                team=["CANARY"],
                score=7654321,
            )
            stem.with_name(f"{stem.name}{'_CANARY' * person}.json").write_bytes(label)
        (top / "scan.CANARY").write_bytes(image)
        (top / "CANARY.zip").write_bytes(b"PK")
        (top / "extra_CANARY.json").write_text('{"L4-5": "CANARY", "L3-4": "카나리아"}')
    recipe = tmp_path / "r.toml"
    src = tmp_path / "src CANARY"
    page = survey(src, "--write-recipe", recipe)
    found = survey(src, "--json")
    assert (page.returncode, found.returncode) == (0, 0)
    return page.stdout + page.stderr + found.stdout + found.stderr + recipe.read_text("utf-8")


def test_no_name_id_or_date_is_shown(told: str) -> None:
    for marker in ("canary", "카나리아", "7654321", "1987", "2.25.777", "2.25.888"):
        assert not re.search(marker, told, re.IGNORECASE), marker


def test_the_marked_files_were_really_counted(told: str) -> None:
    assert "t2 tra <name> <date> #" in told
    assert "the label's name has a word of 6 characters at its end more" in told
    assert "4 cells hold other words, which are not shown" in told


def test_a_tree_without_procedure_or_hospital_is_looked_at_all_the_same(tmp_path: Path) -> None:
    image, label = write_slice(tmp_path / "src", Slice("P1", 1))
    flat = tmp_path / "flat"
    flat.mkdir()
    (tmp_path / "src" / image).rename(flat / "a.dcm")
    (tmp_path / "src" / label).rename(flat / "a.json")
    found = json.loads(survey(flat, "--json").stdout)
    assert found["outcomes"] == {"accepted": 1}
    assert found["recipe"]["layout"]["procedures"] == []
    assert set(found["check"]) >= {"layout.hospital", "layout.procedures"}
    refused = hnp_etl("build-manifest", flat, "--out", tmp_path / "out")
    assert (refused.returncode, "hnp-etl survey SRC" in refused.stderr) == (65, True)


@pytest.mark.parametrize(
    ("images", "labels", "procedures"),
    [
        ("H01/C004", "H01/C004", ["C004"]),
        ("H01/C004", "H01/labels", []),
        ("H01/C017", "H01/C017", ["C017"]),
        ("H01/MR", "H01/json", []),
        ("H01/MR", "H01/MR", ["MR"]),
    ],
)
def test_no_label_is_lost_with_the_procedures_of_a_draft(
    images: str, labels: str, procedures: list[str], tmp_path: Path
) -> None:
    for number in range(2):
        image, label = write_slice(tmp_path / "made", Slice("P1", number))
        for folder, path in ((images, image), (labels, label)):
            target = tmp_path / "src" / folder / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "made" / path).rename(target)
    start = SurveyConfig((tmp_path / "src",), load_recipe("aihub-dld"))
    (tmp_path / "state").mkdir()
    findings = findings_of(start, tmp_path / "state", executor=SerialExecutor())
    assert findings.draft.recipe.layout.procedures == tuple(procedures)
    assert findings.outcomes == {"accepted": 2}
