"""Whole builds with labels in tables and study files: the exact truth, traps included."""

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from dicom_files import dicom_bytes
from etl.trees import KEY, pixels_of
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.explain.run import explain_files
from hnp_etl.private.linkage import read_linkage
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.check import check_dataset
from hnp_shared.errors import InputError

GENERIC = load_recipe("generic")
RSNA = load_recipe("rsna-2024")
Truth = dict[str, tuple[str, str, bool]]


def image(path: Path, number: int, **attributes: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {
        "SOPInstanceUID": f"1.2.3.{number}",
        "PatientID": "P1",
        "StudyInstanceUID": "1.2.3",
        "SeriesInstanceUID": "1.2.3.4",
        "ImagePositionPatient": [0, 0, 4.0 * number],
    }
    path.write_bytes(dicom_bytes(pixels=pixels_of(number), **(values | attributes)))


def run(root: Path, recipe: Recipe) -> tuple[Truth, dict[str, str | None]]:
    """Return path -> level, code, is_patient of accepted slices; path -> reason or state."""
    key, out, src = root / "key", root / "out", root / "src"
    if not key.exists():
        key.write_bytes(KEY)
        key.chmod(0o600)
    config = BuildConfig((src,), out, root / "out.private", recipe, key)
    build(config, executor=SerialExecutor())
    assert check_dataset(out, deep=True).findings == ()
    rows = pd.read_parquet(out / "manifest.parquet").set_index("slice_id")
    links = {link.slice_id: link.path.removeprefix("src/") for link in read_linkage(config.private)}
    truth = {
        links[str(name)]: (row.level_name, row.label_code, bool(row.is_patient))
        for name, row in rows.iterrows()
    }
    ledger = pd.read_parquet(out / "ledger.parquet").set_index("file_id")
    said = ledger.reason.where(ledger.reason.notna(), ledger.state).to_dict()
    told: dict[str, str | None] = {}
    for path in src.rglob("*"):
        if path.is_file():
            what = said[pseudonym(KEY, "file", path.relative_to(root).as_posix())]
            told[path.relative_to(src).as_posix()] = what
    return truth, told


def keyed(key: str, **more: Any) -> Recipe:
    table = GENERIC.label.table.model_copy(update={"key": key, **more})
    return GENERIC.model_copy(update={"label": GENERIC.label.model_copy(update={"table": table})})


@pytest.fixture
def src(tmp_path: Path) -> Path:
    for number in range(4):
        image(tmp_path / "src" / "a" / f"i{number}.dcm", number)
    return tmp_path / "src"


LONG = "file;level;code\ni0.dcm;L4-5;3\ni1;L5/S1;1\ni2;L3-L4;2\ni2;L3-4;3\nnobody;L1-2;1\n"


def test_a_table_with_a_row_an_image_labels_them(src: Path) -> None:
    (src / "labels.csv").write_bytes(LONG.encode("utf-8-sig"))
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "a/i1.dcm": ("L5-S1", "1", False)}
    assert told["a/i2.dcm"] == "LABEL_REJECTED"  # its key is given twice
    assert told["a/i3.dcm"] == "NO_LABEL"
    assert told["labels.csv"] == "used"


def test_a_column_a_disc_goes_through_the_aliases(src: Path) -> None:
    text = "File Name,L4_5,L5/S1,Age,성별\ni0,4,6,63,여\ni1,6,6,60,M\ni2,9,6,60,M\ni3,2,3,60,M\n"
    (src / "labels.csv").write_bytes(text.encode("cp949"))
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "4", True)}
    row = pd.read_parquet(src.parent / "out" / "manifest.parquet").iloc[0]
    assert (row.age, row.sex) == (63, "F")
    reasons = ["NO_LEVEL", "CODE_UNMAPPED", "LEVEL_AMBIGUOUS"]
    assert [told[f"a/i{number}.dcm"] for number in (1, 2, 3)] == reasons


def test_a_code_that_the_recipe_maps_is_one_even_where_it_looks_missing(src: Path) -> None:
    (src / "labels.csv").write_text("file,level,code\ni0,L4-5,None\ni1,L3-4,NA\ni2,L5-S1,Severe\n")
    codes = {"None": "normal", "NA": "normal", "Severe": "patient"}
    label = GENERIC.label.model_copy(update={"codes": codes})
    truth, _ = run(src.parent, replace_label(GENERIC, label))
    assert truth == {
        "a/i0.dcm": ("L4-5", "None", False),
        "a/i1.dcm": ("L3-4", "NA", False),
        "a/i2.dcm": ("L5-S1", "Severe", True),
    }


def test_codes_that_an_empty_cell_made_floats_are_the_codes(src: Path) -> None:
    (src / "labels.csv").write_text("file,level,code\ni0,L4-5,3.0\ni1,L3-4,\ni2,L5-S1,1.0\n")
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "a/i2.dcm": ("L5-S1", "1", False)}
    assert told["a/i1.dcm"] == "NO_LEVEL"


def test_excel_says_the_same_as_csv(src: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for line in (["file", "level", "code"], ["i0", "L4-5", 3], ["i1", "L5-S1", 1.0], [None] * 3):
        book.active.append(line)
    book.save(src / "labels.xlsx")
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "a/i1.dcm": ("L5-S1", "1", False)}
    assert told["labels.xlsx"] == "used"


def test_an_excel_sheet_may_have_gaps_but_no_end_of_columns(src: Path) -> None:
    for name, column in (("gaps", 4), ("wide", 2000)):
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for line in (["file", "level", "code", "Age"], ["i0", "L4-5", 3]):
            sheet.append(line)
        sheet.cell(row=90_000, column=1, value=f"far {name}")
        sheet.cell(row=1, column=column, value="Age")
        book.save(src / f"{name}.xlsx")
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True)}
    assert (told["gaps.xlsx"], told["wide.xlsx"]) == ("used", "TOO_LARGE")


def test_an_excel_table_without_its_reader_is_one_line(
    src: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (src / "labels.xlsx").write_bytes(b"PK")
    monkeypatch.setattr("hnp_etl.building.intake.find_spec", {}.get)
    with pytest.raises(InputError, match=r"expected the package openpyxl: hnp-etl\[excel\]"):
        run(src.parent, GENERIC)


def test_paths_tell_equal_names_apart(src: Path) -> None:
    image(src / "b" / "i0.dcm", 10)
    (src / "labels.csv").write_text("path,level,code\na/i0.dcm,L4-5,3\nb\\i0.dcm,L3-4,1\n")
    truth, _ = run(src.parent, keyed("path"))
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "b/i0.dcm": ("L3-4", "1", False)}


def test_a_stem_that_two_images_share_is_no_guess(src: Path) -> None:
    image(src / "b" / "i0.dcm", 10)
    (src / "labels.csv").write_text("file,level,code\ni0,L4-5,3\ni1,L4-5,3\n")
    truth, told = run(src.parent, GENERIC)
    assert set(truth) == {"a/i1.dcm"}
    assert told["a/i0.dcm"] == told["b/i0.dcm"] == "NO_LABEL"


@pytest.mark.parametrize("source", ["table", "study-json"])
def test_a_file_of_many_labels_may_be_named_as_an_image_is(src: Path, source: str) -> None:
    if source == "table":
        (src / "a" / "i0.csv").write_text("file,level,code\ni0,L4-5,3\ni1,L5-S1,1\n")
    else:
        rows = [
            {"file": "i0", "level": "L4-5", "code": 3},
            {"file": "i1", "level": "L5-S1", "code": 1},
        ]
        (src / "a" / "i0.json").write_text(json.dumps(rows))
    label = GENERIC.label.model_copy(update={"source": source})
    recipe = replace_label(GENERIC, label)
    truth, _ = run(src.parent, recipe)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True), "a/i1.dcm": ("L5-S1", "1", False)}
    (told,) = explain_files([str(src / "a" / "i0.dcm")], [src], recipe)
    assert (told.state, told.level) == ("accepted", 3)


def test_a_uid_finds_its_image_and_a_repeated_one_finds_none(src: Path) -> None:
    image(src / "b" / "other.dcm", 1, SOPInstanceUID="1.2.3.1")
    (src / "t.csv").write_text("SOPInstanceUID,level,code\n1.2.3.0,L4-5,3\n1.2.3.1,L4-5,3\n")
    truth, told = run(src.parent, keyed("uid"))
    assert set(truth) == {"a/i0.dcm"}
    assert told["a/i1.dcm"] == told["b/other.dcm"] == "NO_LABEL"


def test_a_table_never_labels_another_partition(src: Path) -> None:
    (src / "a").rename(src / "Training")
    (src / "Validation").mkdir()
    (src / "Validation" / "labels.csv").write_text(LONG)
    image(src / "Validation" / "i0.dcm", 9)
    truth, told = run(src.parent, GENERIC)
    assert set(truth) == {"Validation/i0.dcm"}
    assert told["Training/i1.dcm"] == "NO_LABEL"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "EMPTY"),
        (b"file,level,code\ni2,L4-5,\xff\xfe\x81\n", "BAD_ENCODING"),
        (b"file,code,code\ni2,1,1\n", "DUPLICATE_KEY"),
        (b"file,level,code\ni2,L4-5\n", "BAD_VALUE"),
        (b'file,level,code\n"i2,L4-5,1\n', "BAD_VALUE"),
        (b"file,level,code\ni9,L4-5,1\n", "NO_IMAGE"),
        (b"file,level,code\ni2,T12,1\n", "BAD_VALUE"),
    ],
)
def test_a_bad_table_costs_only_its_images(src: Path, content: bytes, reason: str) -> None:
    (src / "good.csv").write_text("file,level,code\ni0,L4-5,3\n")
    (src / "bad.csv").write_bytes(content)
    truth, told = run(src.parent, GENERIC)
    assert truth == {"a/i0.dcm": ("L4-5", "3", True)}
    assert told["bad.csv"] == reason
    assert told["a/i2.dcm"] in {"NO_LABEL", "LABEL_REJECTED"}


def test_a_changed_table_changes_only_what_it_says(src: Path) -> None:
    (src / "labels.csv").write_text("file,level,code\ni0,L4-5,3\ni1,L5-S1,1\n")
    run(src.parent, GENERIC)
    old = pd.read_parquet(src.parent / "out" / "manifest.parquet").set_index("slice_id")
    (src / "labels.csv").write_text("file,level,code\ni0,L4-5,3\ni1,L5-S1,4\n")
    truth, _ = run(src.parent, GENERIC)
    new = pd.read_parquet(src.parent / "out" / "manifest.parquet").set_index("slice_id")
    assert truth["a/i1.dcm"] == ("L5-S1", "4", True)
    assert list(new.shard) == list(old.shard)
    assert (old.label_code != new.label_code.loc[old.index]).sum() == 1


def test_explain_tells_what_a_build_does(src: Path) -> None:
    (src / "labels.csv").write_text(LONG)
    found = explain_files([str(src / "a" / "i0.dcm"), str(src / "a" / "i3.dcm")], [src], GENERIC)
    assert [each.reason for each in found] == [None, "NO_LABEL"]
    assert (found[0].level, found[0].label) == (3, str(src / "labels.csv"))
    with pytest.raises(InputError, match="found no --src"):
        explain_files([str(src / "a" / "i0.dcm")], [], GENERIC)


def test_a_json_labels_the_images_of_its_study(tmp_path: Path) -> None:
    src, label = tmp_path / "src", GENERIC.label.model_copy(update={"source": "study-json"})
    for order, study in enumerate(("s1", "s2")):
        image(src / study / "axial" / "1.dcm", 2 * order, StudyInstanceUID=f"1.{order}")
        image(src / study / "axial" / "2.dcm", 2 * order + 1, StudyInstanceUID=f"1.{order}")
        rows = [{"file": "1.dcm", "level": "L4-5", "code": 3 - 2 * order}]
        (src / study / "labels.json").write_text(json.dumps({"Age": 50, "images": rows}))
    (src / "s3").mkdir()
    (src / "s3" / "labels.json").write_text('{"images": 3}')
    truth, told = run(tmp_path, GENERIC.model_copy(update={"label": label}))
    assert truth == {
        "s1/axial/1.dcm": ("L4-5", "3", True),
        "s2/axial/1.dcm": ("L4-5", "1", False),
    }
    assert told["s1/axial/2.dcm"] == "NO_LABEL"
    assert told["s3/labels.json"] == "BAD_JSON"
    ages = pd.read_parquet(tmp_path / "out" / "manifest.parquet").age
    assert set(ages) == {50}


THIN = dict.fromkeys(
    ("Modality", "SOPClassUID", "BodyPartExamined", "RepetitionTime", "EchoTime", "Manufacturer")
)
TILTED = [1, 0, 0, 0, 0.94, -0.342]
SAGITTAL = [0, 1, 0, 0, 0, -1]


@pytest.fixture
def rsna(tmp_path: Path) -> Path:
    """Two studies of thin headers, an axial and a sagittal series with equal names and UIDs."""
    root = tmp_path / "src"
    series = ["study_id,series_id,series_description"]
    places = ["study_id,series_id,instance_number,condition,level,x,y"]
    for study in (100, 200):
        for kind, description in enumerate(("Axial T2", "Sagittal T2/STIR")):
            name = study + 10 + kind
            series.append(f"{study},{name},{description}")
            for number in (1, 2, 3):
                image(
                    root / "train_images" / f"{study}" / f"{name}" / f"{number}.dcm",
                    study + 10 * kind + number,
                    **THIN,
                    SOPInstanceUID=f"1.2.{number}",  # repeats across series
                    PatientID=None,
                    StudyInstanceUID=f"1.2.{study}",
                    SeriesInstanceUID=f"1.2.{name}",
                    SeriesDescription=None if kind == 0 and study == 100 else "T2",
                    ImageOrientationPatient=SAGITTAL if kind else TILTED,
                    InstanceNumber=number,
                    ImagePositionPatient=[0, 0, -4.0 * ((number * 2) % 5)],
                )
            side = "right_subarticular_stenosis"
            places += [
                f"{study},{name},1,left_subarticular_stenosis,L4/L5,1,2",
                f"{study},{name},1,{side},L4/L5,3,2",
                f"{study},{name},2,{side},L5/S1,3,2",
            ]
    levels = ["l4_l5", "l5_s1"]
    head = ",".join(["study_id", *(f"spinal_canal_stenosis_{each}" for each in levels)])
    train = [head, "100,Severe,Normal/Mild", "200,Moderate,"]
    for table, lines in (
        ("train.csv", train),
        ("train_series_descriptions.csv", series),
        ("train_label_coordinates.csv", places),
    ):
        (root / table).write_text("\n".join(lines) + "\n")
    return root


def test_rsna_joins_its_three_tables(rsna: Path) -> None:
    truth, told = run(rsna.parent, RSNA)
    assert truth == {
        "train_images/100/110/1.dcm": ("L4-5", "Severe", True),
        "train_images/100/110/2.dcm": ("L5-S1", "Normal/Mild", False),
        "train_images/200/210/1.dcm": ("L4-5", "Moderate", False),
    }
    assert told["train_images/100/110/3.dcm"] == "NO_LABEL"
    assert told["train_images/200/210/2.dcm"] == "NO_LEVEL"  # no severity is given
    assert {told[f"train_images/100/111/{number}.dcm"] for number in (1, 2, 3)} == {"NOT_AXIAL"}
    assert {told[path] for path in told if path.endswith(".csv")} == {"used"}


def test_rsna_weighting_comes_from_the_table_where_the_header_is_silent(rsna: Path) -> None:
    run(rsna.parent, RSNA)
    rows = pd.read_parquet(rsna.parent / "out" / "manifest.parquet")
    assert sorted(rows.weighting_from) == ["table", "table", "text"]
    assert all("patient_from_study" in flags for flags in rows["flags"])
    assert rows.patient_id.nunique() == 2


def test_explain_tells_the_weighting_and_the_label_that_the_build_took(rsna: Path) -> None:
    path = str(rsna / "train_images" / "100" / "110" / "1.dcm")
    (told,) = explain_files([path], [rsna], RSNA)
    assert (told.weighting.value, told.weighting.source) == ("T2", "table")
    assert told.label == str(rsna / "train_label_coordinates.csv")
    assert (told.state, told.level) == ("accepted", 3)


def test_the_recipe_names_condition_and_severity(rsna: Path) -> None:
    codes = {**RSNA.label.codes, "Moderate": "patient"}
    label = RSNA.label.model_copy(update={"codes": codes})
    truth, _ = run(rsna.parent, replace_label(RSNA, label))
    assert truth["train_images/200/210/1.dcm"] == ("L4-5", "Moderate", True)
    other = RSNA.label.model_copy(update={"condition": "left_subarticular_stenosis"})
    shutil.rmtree(rsna.parent / "out")  # or it would stay, for want of a slice
    assert run(rsna.parent, replace_label(RSNA, other))[0] == {}


def replace_label(recipe: Recipe, label: Any) -> Recipe:
    return recipe.model_copy(update={"label": label})
