"""Claims about what a path tells: kind, tokens, source names, pairing keys, corrections."""

import unicodedata
from pathlib import Path

import pytest

from hnp_etl.recipes.recipe import Layout
from hnp_etl.walking.paths import PathFacts, PathReader, kind_of, nfc, path_bytes, source_labels
from hnp_shared.vocabulary import Kind

IMAGES = "set/1.Training/원천데이터/TS_DLD/H01/C004"
LABELS = "set/1.Training/라벨링데이터/TL_DLD/H01/C004"


def facts(path: str, layout: Layout | None = None) -> PathFacts:
    return PathReader(layout or Layout()).facts(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.json", Kind.LABEL),
        ("a.JSON", Kind.LABEL),
        ("a.dcm", Kind.IMAGE),
        ("a.DCM", Kind.IMAGE),
        ("a.dicom", Kind.IMAGE),
        ("a.DiCom", Kind.IMAGE),
        ("a.ima", Kind.IMAGE),
        ("a.IMA", Kind.IMAGE),
        ("IM0001", Kind.IMAGE),
        ("scan.001", Kind.IMAGE),
        ("1.2.840.113619.7", Kind.IMAGE),
        ("이미지.dcm", Kind.IMAGE),
        ("a.dcm.json", Kind.LABEL),
        ("a.json.dcm", Kind.IMAGE),
        ("a.png", Kind.OTHER),
        ("a.dcm ", Kind.OTHER),
        ("a.dcm.gz", Kind.ARCHIVE),
        ("a.1b", Kind.OTHER),
        ("a.٣", Kind.OTHER),
        (".dcm", Kind.OTHER),
        (".hidden.dcm", Kind.OTHER),
        ("._a.json", Kind.OTHER),
        (".DS_Store", Kind.OTHER),
        ("~$labels.json", Kind.OTHER),
    ],
)
def test_kind_is_told_by_the_name(name: str, kind: Kind) -> None:
    assert kind_of(name) is kind
    assert facts(f"set/H01/{name}").kind is kind


def test_the_deepest_folder_tells_first_and_the_name_last() -> None:
    deepest = facts("H01/C001/1.Training/x/H02/C004/2.Validation/H03_C005_train.dcm")
    assert (deepest.hospital, deepest.procedure, deepest.partition) == ("H02", "C004", "validation")
    assert deepest.conflict
    by_name = facts("set/H03_C005_train.dcm")
    assert (by_name.hospital, by_name.procedure, by_name.partition) == ("H03", "C005", "training")
    assert not by_name.conflict


def test_a_file_of_many_labels_is_placed_by_its_folders_alone() -> None:
    reader = PathReader(Layout(), frozenset({".csv"}), of_many=True)
    table = reader.facts("set/C004/H03_train.csv")
    assert (table.hospital, table.procedure, table.partition) == ("unknown", "C004", None)
    assert not reader.facts("1.Training/H01/H03_valid.csv").conflict
    image = reader.facts("set/H03_train.dcm")
    assert (image.hospital, image.partition) == ("H03", "training")


def test_a_label_named_after_the_whole_image_has_its_short_keys() -> None:
    label, scan = facts("H01/a.dcm.json"), facts("H01/a.dcm")
    assert label.short_keys == scan.keys
    assert label.keys != scan.keys
    assert facts("H01/1.2.840.7.json").keys == facts("H01/1.2.840.7").keys


@pytest.mark.parametrize(
    ("path", "conflict"),
    [
        ("H01/C004/a.dcm", False),
        ("H01/H01/C004/H01_a.dcm", False),
        ("H01/H02/C004/a.dcm", True),
        ("H01/C004/C005_a.dcm", True),
        ("H01/C004/H02_a.dcm", True),
        ("Training/H01/C004/valid_a.dcm", True),
        ("H01_H02/C004/a.dcm", True),
    ],
)
def test_another_match_anywhere_is_a_conflict(path: str, conflict: bool) -> None:
    assert facts(path).conflict is conflict


@pytest.mark.parametrize(
    ("segment", "hospital", "procedure"),
    [
        ("H06", "H06", None),
        ("DLD_H03_C004", "H03", "C004"),
        ("H07", "unknown", None),
        ("XH01", "unknown", None),
        ("H011", "unknown", None),
        ("C011", "unknown", "C011"),
        ("C012", "unknown", None),
        ("C0041", "unknown", None),
        ("ABC004", "unknown", None),
    ],
)
def test_tokens_are_whole_words(segment: str, hospital: str, procedure: str | None) -> None:
    told = facts(f"set/{segment}/a.dcm")
    assert (told.hospital, told.procedure) == (hospital, procedure)


@pytest.mark.parametrize(
    ("folder", "partition"),
    [
        ("1.Training", "training"),
        ("1. Training", "training"),
        ("1_Training", "training"),
        ("1,Training", "training"),
        ("Training_1", "training"),
        ("1.Training_220728_add", "training"),
        ("VALIDATION", "validation"),
        ("2.Validation", "validation"),
        ("Other", None),
    ],
)
def test_partitions_are_found_in_real_folder_names(folder: str, partition: str | None) -> None:
    assert facts(f"set/{folder}/H01/C004/a.dcm").partition == partition


def test_patterns_come_from_the_layout() -> None:
    layout = Layout(hospital="site-([a-z]+)", procedure="", partitions={"training": "^tr$"})
    told = facts("site-b/tr/C004/a.dcm", layout)
    assert (told.hospital, told.procedure, told.partition) == ("b", None, "training")


def test_one_source_is_named_by_its_last_segment(tmp_path: Path) -> None:
    assert source_labels([tmp_path / "deep" / "set"]) == ["set"]


def test_several_sources_are_named_by_as_many_segments_as_it_takes() -> None:
    sources = [Path("/data/a/x/set"), Path("/data/b/x/set")]
    assert source_labels(sources) == ["a/x/set", "b/x/set"]
    assert source_labels(sources[::-1]) == ["b/x/set", "a/x/set"]
    assert source_labels([Path("/a/one"), Path("/b/two")]) == ["one", "two"]
    assert source_labels([Path("/b"), Path("/a/b")]) == ["b", "a/b"]


def test_source_names_do_not_depend_on_how_the_path_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    decomposed = unicodedata.normalize("NFD", "원천데이터")
    assert source_labels([Path("./a/../set/")]) == ["set"]
    assert source_labels([Path()]) == [tmp_path.name]
    assert source_labels([Path(decomposed)]) == ["원천데이터"]


def test_names_in_nfd_are_the_same_names() -> None:
    decomposed = unicodedata.normalize("NFD", IMAGES)
    assert decomposed != IMAGES
    assert facts(f"{nfc(decomposed)}/a.dcm") == facts(f"{IMAGES}/a.dcm")


def test_names_that_are_not_utf8_keep_their_bytes() -> None:
    assert path_bytes("set/\udcb0\udca1.dcm") == b"set/\xb0\xa1.dcm"
    assert facts("set/H01/\udcb0.dcm").kind is Kind.IMAGE


def test_paths_are_compared_as_utf8_bytes() -> None:
    names = ["\uffff", "\U00010000", "a", "가"]
    assert sorted(names, key=path_bytes) == ["a", "가", "\uffff", "\U00010000"]


def test_side_by_side_files_share_the_folder_key() -> None:
    image, label = facts("set/H01/C004/a.dcm"), facts("set/H01/C004/a.json")
    other = facts("set/H02/C004/a.json")
    assert image.keys.folder == label.keys.folder != other.keys.folder


@pytest.mark.parametrize(
    ("image", "label"),
    [
        (IMAGES, LABELS),
        ("1.Training/원천데이터/TS1/H01/C004", "1.Training/라벨링데이터/TL1/H01/C004"),
        ("2.Validation/원천데이터/VS_DLD/H01", "2.Validation/라벨링테이터/VL_DLD/H01"),
        ("Training/01.원천데이터/H01", "Training/02.라벨링데이터/H01"),
        ("Training/원천데이터/H01", "Training/라벨링데이터_0113_add/H01"),
        ("Training/원천데이터/H01", "Training/라벨데이터/H01"),
        ("Training/원천데이터/TS/H01", "Training/라벨링데이터/TL/H01"),
        ("Training/원천데이터/H01", "Training/라벨링데이터/H01_수정"),
    ],
)
def test_trees_that_differ_in_image_and_label_folders_pair(image: str, label: str) -> None:
    one, other = facts(f"{image}/a.dcm"), facts(f"{label}/a.json")
    assert one.keys.trunk == other.keys.trunk
    assert one.keys.folder != other.keys.folder
    assert one.keys.trunk != facts(f"{label}/b.json").keys.trunk


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("Training/원천데이터/TS1/H01", "Training/라벨링데이터/TL2/H01"),
        ("Training/원천데이터/H01", "Validation/라벨링데이터/H01"),
        ("Training/원천데이터/TSUNAMI/H01", "Training/라벨링데이터/H01"),
        ("Training/원천데이터/H01/C004", "Training/라벨링데이터/H01/C005"),
    ],
)
def test_other_differences_keep_trees_apart(image: str, label: str) -> None:
    assert facts(f"{image}/a.dcm").keys.trunk != facts(f"{label}/a.json").keys.trunk


@pytest.mark.parametrize(
    ("folder", "same"),
    [
        ("other/1.Training/elsewhere/H01/C004", True),
        ("other/2.Validation/elsewhere/H01/C004", False),
        ("other/1.Training/elsewhere/H02/C004", False),
        ("other/1.Training/elsewhere/H01/C005", False),
        ("other/1.Training/elsewhere/C004", False),
    ],
)
def test_stems_are_compared_within_hospital_procedure_and_partition(
    folder: str, same: bool
) -> None:
    found = facts(f"{folder}/a.json").keys.stem == facts(f"{IMAGES}/a.dcm").keys.stem
    assert found is same


def test_a_partition_told_by_the_name_alone_keeps_trees_apart() -> None:
    assert facts("s/train_a.dcm").keys.trunk != facts("s/valid_a.json").keys.trunk


def test_a_number_at_the_end_may_be_part_of_the_stem_or_a_suffix() -> None:
    uid, label = facts("s/1.2.840.7"), facts("s/1.2.840.7.json")
    assert uid.keys == label.keys
    assert uid.name == "1.2.840.7"
    numbered, short = facts("s/scan.001"), facts("s/scan.json")
    assert numbered.keys != short.keys
    assert numbered.short_keys == short.keys
    assert facts("s/scan.dcm").short_keys == facts("s/scan.dcm").keys


@pytest.mark.parametrize(
    ("marked", "bare"),
    [
        ("1.Training_220728_add", "1.Training"),
        ("라벨링데이터_0113_add", "라벨링데이터"),
        ("라벨링데이터_수정", "라벨링데이터"),
        ("라벨링데이터_20220728_수정", "라벨링데이터"),
        ("라벨링데이터(new)", "라벨링데이터"),
        ("라벨링데이터 (New)", "라벨링데이터"),
        ("01. 라벨링데이터_0828_ADD", "01. 라벨링데이터"),
        ("H01_add", "H01"),
    ],
)
def test_a_corrected_folder_shadows_the_same_path_without_the_mark(marked: str, bare: str) -> None:
    assert facts(f"set/{marked}/H01/a.json").shadows == (f"set/{bare}/H01/a.json",)


@pytest.mark.parametrize("folder", ["address", "_added", "수정본", "(new) x", "padd", "x_12_addx"])
def test_other_folders_shadow_nothing(folder: str) -> None:
    assert facts(f"set/{folder}/a.json").shadows == ()


def test_two_marks_shadow_each_way_of_taking_them_out() -> None:
    assert set(facts("a_add/b_수정/x.dcm").shadows) == {
        "a/b_수정/x.dcm",
        "a_add/b/x.dcm",
        "a/b/x.dcm",
    }


def test_a_mark_in_the_file_name_is_no_correction() -> None:
    assert facts("set/H01/a_add").shadows == ()


def test_many_marks_cost_a_bounded_number_of_paths() -> None:
    assert len(facts("/".join(["x_add"] * 40) + "/a.dcm").shadows) == 2**4 - 1


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("*/H01_copy", "H01/P1/a.dcm H01/P1/a.json"),
        ("*/H01_copy/", "H01/P1/a.dcm H01/P1/a.json"),
        ("*/H01_copy/*", "H01/P1/a.dcm H01/P1/a.json"),
        ("mr/H01/P1", "H01_copy/P1/a.dcm"),
        ("*.json", "H01/P1/a.dcm H01_copy/P1/a.dcm"),
        ("*/P?/a.[dx]cm", "H01/P1/a.json"),
        ("H01_copy", "H01/P1/a.dcm H01/P1/a.json H01_copy/P1/a.dcm"),
        ("*/h01_copy", "H01/P1/a.dcm H01/P1/a.json H01_copy/P1/a.dcm"),
    ],
)
def test_a_pattern_leaves_out_what_fits_and_what_lies_below(pattern: str, left: str) -> None:
    layout = Layout(exclude=(pattern,))
    met = ("H01/P1/a.dcm", "H01/P1/a.json", "H01_copy/P1/a.dcm")
    kept = [path for path in met if not facts(f"mr/{path}", layout).excluded]
    assert " ".join(kept) == left


def test_a_pattern_typed_in_another_normal_form_fits() -> None:
    layout = Layout(exclude=(unicodedata.normalize("NFD", "*/사본"),))
    assert facts(nfc("mr/사본/a.dcm"), layout).excluded
