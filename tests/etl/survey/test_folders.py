import pytest

from hnp_etl.recipes.recipe import Layout
from hnp_etl.survey.folder_counts import FolderCounts
from hnp_etl.survey.folders import LayoutDraft, draft_layout


def draft(*patterns: str, count: int = 4) -> LayoutDraft:
    paths = [pattern.replace("#", str(n)) for pattern in patterns for n in range(1, count + 1)]
    return draft_layout(FolderCounts.of(dict.fromkeys(paths)), Layout())


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("d/1.Training/원천데이터/H01/C004/#.dcm", "d/1.Training/라벨링데이터/H01/C004/#.json"),
        (
            "d/1,Training/원천데이터/H01/C004/#.dcm",
            "d/1,Training/라벨링테이터_0113_add/H01/C004/#.json",
        ),
    ],
)
def test_a_layout_that_the_recipe_knows_needs_no_check(images: str, labels: str) -> None:
    assert draft(images, labels) == LayoutDraft(Layout(), {})


def test_side_by_side_needs_no_folder_words() -> None:
    layout = draft("d/H01/C004/#.dcm", "d/H01/C004/#.json").layout
    assert (layout.image_folders, layout.label_folders) == ("", "")


def test_common_words_for_images_and_labels_are_known() -> None:
    drafted = draft("d/01.images/H01/C004/#.dcm", "d/02_annotations/H01/C004/#.json")
    assert drafted.layout.image_folders == r"^(?:01\.images)$"
    assert drafted.layout.label_folders == "^(?:02_annotations)$"
    assert set(drafted.checks) == {"image_folders", "label_folders"}


def test_unknown_words_are_found_where_they_repeat() -> None:
    trees = [f"d/H0{h}/C004/{side}/#.{end}" for h in (1, 2) for side, end in SIDES.items()]
    layout = draft(*trees, "d/H01/C004/befunde/README").layout
    assert (layout.image_folders, layout.label_folders) == ("^(?:bilder)$", "^(?:befunde)$")


SIDES = {"bilder": "dcm", "befunde": "json"}


def test_a_name_that_is_met_once_is_no_word() -> None:
    layout = draft("d/H01/C004/KIM_CS/#.dcm", "d/H01/C004/labels/#.json").layout
    assert layout.image_folders == ""


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        *[("H07", "H07"), ("site_A", "site_A"), ("Center-12", "Center-12")],
        *[("병원 B", "병원 B"), ("A병원", "A병원"), ("Hospital3", "Hospital3")],
    ],
)
def test_hospitals_are_found_by_other_patterns(folder: str, found: str) -> None:
    paths = [f"d/{folder}/C004/{n}.dcm" for n in range(3)]
    drafted = draft_layout(FolderCounts.of(paths), Layout())
    assert FolderCounts.of(paths).tokens(drafted.layout.hospital) == {found}
    assert drafted.checks["hospital"] == "tells the hospital of 100 % of the files"


def test_hospital_and_procedure_may_stand_in_file_names() -> None:
    assert draft("d/images_H01_C004_#.dcm", "d/H01_C004_#.json").checks == {}


def test_without_the_procedures_of_the_recipe_all_are_taken() -> None:
    nothing = draft("d/H01/#.dcm")
    assert (nothing.layout.procedure, nothing.layout.procedures) == ("", ())
    others = draft("d/H01/C017/#.dcm", "d/H01/C018/#.dcm")
    assert (others.layout.procedure, others.layout.procedures) == (
        "(?<![A-Za-z0-9])(C[0-9]{3})(?![0-9])",
        (),
    )
    assert {"procedures"} == set(nothing.checks) == set(others.checks)


def test_partitions_may_be_named_otherwise() -> None:
    layout = draft("d/학습/H01/C004/#.dcm", "d/검증/H01/C004/#.dcm").layout
    assert set(layout.partitions) == {"training", "validation"}
    assert "학습" in layout.partitions["training"]


def test_an_empty_tree_keeps_what_the_recipe_says_of_words() -> None:
    assert draft_layout(FolderCounts.of([]), Layout()).layout.image_folders == "원천데이터"


def test_a_date_in_a_known_word_does_not_get_into_the_recipe() -> None:
    layout = draft("d/images_20190304/H01/C004/#.dcm", "d/labels/H01/C004/#.json").layout
    assert "2019" not in layout.image_folders
    assert layout.label_folders == "^(?:labels)$"
