"""Claims about COCO: images, categories, and annotations that join them."""

from typing import Any

import pytest

from etl.labels.sources.exports import as_bytes, recipe_for, said, sets_of
from hnp_etl.errors import FileError
from hnp_etl.labels.sources import coco
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

RECIPE = recipe_for("coco")
NAMES = ["L4-5:3", "L5-S1:1", "disc", "L4-5"]


def image(number: object, name: str, **more: Any) -> dict[str, Any]:
    return {"id": number, "width": 320, "height": 320, "file_name": name, "license": 0, **more}


def mark(of: object, category: object, **attributes: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "image_id": of,
        "category_id": category,
        "segmentation": [[1.5, 2.0, 30.0, 2.0, 30.0, 40.25]],
        "area": 1203.5,
        "bbox": [1.5, 2.0, 28.5, 38.25],
        "iscrowd": 0,
        "attributes": {"occluded": False, **attributes},
    }


def export(images: list[object], marks: list[object], *more: dict[str, Any]) -> dict[str, Any]:
    categories = [
        {"id": number, "name": name, "supercategory": ""} for number, name in enumerate(NAMES, 1)
    ]
    return {
        "info": {"description": "", "year": "2024"},
        "licenses": [{"id": 0, "name": "", "url": ""}],
        "images": images,
        "annotations": marks,
        "categories": [*categories, *more],
    }


def test_categories_name_disc_and_code() -> None:
    images: list[object] = [
        image(1, "P01/004.png"),
        image(2, "data\\P02\\005.png"),
        image(3, "환자3/영상.dcm"),
        image(4, "none.png"),
    ]
    found = said(RECIPE, export(images, [mark(1, 1), mark(1, 1), mark(2.0, 2), mark("3", 1.0)]))
    assert found == {
        "P01/004.png": {"L4-5": "3"},
        "data/P02/005.png": {"L5-S1": "1"},
        "환자3/영상": {"L4-5": "3"},
    }


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ([mark(1, 3, level="L3-4", grade="2")], {"L3-4": "2"}),
        ([mark(1, 4, grade=2)], {"L4-5": "2"}),
        ([mark(1, 9)], {"L2-3": "3"}),
        ([mark(1, 9), mark(1, 10)], {"L2-3": "3", "L1-2": "1"}),
        ([mark(1, 1), mark(1, 2)], {"L4-5": "3", "L5-S1": "1"}),
        ([mark(1, 1), mark(1, 4, grade="1")], Reason.FIELD_CONFLICT),
        ([mark(1, 3)], {}),
    ],
)
def test_attributes_and_the_category_above_may_tell_what_the_name_does_not(
    marks: list[object], told: object
) -> None:
    above = [
        {"id": 9, "name": "3", "supercategory": "L2-3"},
        {"id": 10, "name": "1", "supercategory": "L1/2"},
    ]
    assert said(RECIPE, export([image(1, "a.png")], marks, *above)) == {"a.png": told}


def test_what_somebody_added_to_an_image_holds_for_it() -> None:
    images: list[object] = [
        image(1, "a.png", level="L4-5"),
        image(2, "b.png", level="L3-4", code=1),
    ]
    found = said(RECIPE, export(images, [mark(1, 3, grade=3)]))
    assert found == {"a.png": {"L4-5": "3"}, "b.png": {"L3-4": "1"}}


def test_one_image_under_two_ids_is_one_where_both_say_the_same() -> None:
    images: list[object] = [image(number, "a.png") for number in (1, 2)]
    assert said(RECIPE, export(images, [mark(1, 1), mark(2, 1)])) == {"a.png": {"L4-5": "3"}}
    found = said(RECIPE, export(images, [mark(1, 1), mark(2, 2)]))
    assert found == {"a.png": Reason.DUPLICATE_KEY}


def test_an_annotation_of_no_image_costs_itself_and_is_told() -> None:
    (found,) = sets_of(RECIPE, {"src": export([image(1, "a.png")], [mark(1, 1), mark(8, 1)])})
    assert (len(list(found.entries)), found.refused) == (1, None)
    assert found.faults == ("image 2 has no name",)


def test_two_images_of_one_id_and_other_files_are_refused() -> None:
    images: list[object] = [image(1, "a.png"), image(1, "b.png")]
    for root, reason in (
        (export(images, []), Reason.DUPLICATE_KEY),
        ({"images": []}, Reason.BAD_JSON),
        ([], Reason.BAD_JSON),
    ):
        with pytest.raises(FileError) as error:
            coco.read(as_bytes(root), Limits())
        assert error.value.reason is reason


def test_a_class_of_many_letters_is_not_copied_for_each_of_its_marks() -> None:
    long = {"id": 20, "name": "x" * 100_000, "supercategory": ""}
    marks: list[object] = [mark(1, 20) for _ in range(400)]
    with pytest.raises(FileError) as error:
        coco.read(as_bytes(export([image(1, "a.png")], marks, long)), Limits())
    assert error.value.reason is Reason.TOO_LARGE


def test_an_image_of_endless_marks_costs_itself() -> None:
    endless = {str(number): 1 for number in range(200)}
    marks = [mark(1, 1, **endless) for _ in range(101)]
    found = said(RECIPE, export([image(1, "a.png"), image(2, "b.png")], [*marks, mark(2, 1)]))
    assert found == {"a.png": Reason.BAD_VALUE, "b.png": {"L4-5": "3"}}
