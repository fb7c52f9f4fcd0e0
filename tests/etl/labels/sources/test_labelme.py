"""Claims about labelme's files: one an image, named from the folder of the file."""

from typing import Any

import pytest

from etl.labels.sources.exports import as_bytes, discs_of, recipe_for, said, sets_of
from hnp_etl.errors import FileError
from hnp_etl.labels.sources import labelme
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

RECIPE = recipe_for("labelme")


def shape(label: str, **more: Any) -> dict[str, Any]:
    """Return a shape as labelme 5 writes it."""
    return {
        "label": label,
        "points": [[101.5, 88.25], [164.0, 120.75]],
        "group_id": None,
        "description": "",
        "shape_type": "rectangle",
        "flags": {},
        **more,
    }


def export(*shapes: object, path: str | None = "004.png", **more: Any) -> dict[str, Any]:
    """Return a file as labelme 5 writes it."""
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": path,
        "imageData": "iVBORw0KGgo" + "A" * 400,
        "imageHeight": 320,
        "imageWidth": 320,
        **more,
    }


@pytest.mark.parametrize(
    "found",
    [
        export(shape("L4-5:3")),
        export(shape("L4/5 3")),
        export(shape("L4-5_grade_3")),
        export(shape("3: L4-5")),
        export(shape("L4-5", flags={"3": True, "4": False})),
        export(shape("L4-5"), shape("3")),
        export(shape("L4-5"), flags={"3": True, "1": False}),
        export(shape("disc", attributes={"level": "L4-5", "grade": "3"})),
        export(shape("3", attributes={"level": "L4-L5"})),
        export(shape("L4-5", attributes={"grade": 3.0})),
        export(shape("L4-5:3"), shape("L4-5"), shape("sac"), shape("L4-5:3.0")),
        export(shape("level: L4-5"), shape("grade: 3")),
    ],
)
def test_a_shape_tells_disc_and_code_in_every_way_that_people_write_them(found: object) -> None:
    assert said(RECIPE, found) == {"src/004.png": {"L4-5": "3"}, "004.png": {"L4-5": "3"}}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (export(shape("L4-5:3"), shape("L4-5:1")), Reason.FIELD_CONFLICT),
        (export(shape("L4-5:3", attributes={"grade": 2})), Reason.FIELD_CONFLICT),
        (export(shape("L4-5:3", attributes={"level": "L3-4"})), Reason.FIELD_CONFLICT),
        (export(shape("L4-5"), shape("L5-S1"), shape("3")), Reason.BAD_VALUE),
        (export(shape("disc", attributes={"level": "T12-L1", "grade": 3})), Reason.BAD_VALUE),
        (export(shape("L4-5:3"), shape("L5-S1:1")), {"L4-5": "3", "L5-S1": "1"}),
        (export(shape("sac"), shape("seen with L4-5")), {}),
        (export(shape("L4-5:-1")), {}),
        (export(shape("L4-5")), {}),
    ],
)
def test_what_disagrees_is_refused_and_nothing_is_guessed(found: object, told: object) -> None:
    assert said(RECIPE, found)["004.png"] == told


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("..\\..\\원천\\P01\\영상 4.png", {"src/원천/P01/영상 4.png"}),
        ("C:\\Users\\reader\\P01\\004.dcm", {"C:/Users/reader/P01/004"}),
        ("/mnt/share/P01/004.dcm.png", {"mnt/share/P01/004"}),
        ("004.dcm", {"src/json/P01/004", "004"}),
        ("img/004.jpg", {"src/json/P01/img/004.jpg", "img/004.jpg"}),
    ],
)
def test_an_image_is_named_from_the_folder_of_its_file(path: str, keys: set[str]) -> None:
    assert set(said(RECIPE, export(shape("L4-5:3"), path=path), "src/json/P01")) == keys


def test_equal_names_in_the_folders_of_two_patients_are_two_images() -> None:
    files = {
        "src/json/P01": export(shape("L4-5:3")),
        "src/json/P02": export(shape("L4-5:1")),
    }
    found = [discs_of(each, RECIPE) for each in sets_of(RECIPE, dict[str, object](files))]
    assert [set(each) for each in found] == [
        {"src/json/P01/004.png", "P01/004.png"},
        {"src/json/P02/004.png", "P02/004.png"},
    ]


def test_an_image_without_a_shape_says_nothing_and_one_without_a_name_is_told() -> None:
    assert said(RECIPE, export()) == {}
    (found,) = sets_of(RECIPE, {"src": export(shape("L4-5:3"), path=None)})
    assert found.refused is not None
    assert (found.refused.reason, found.refused.what) == (
        Reason.BAD_VALUE,
        "image 1 has no name",
    )


@pytest.mark.parametrize("root", [[], {"images": []}, "text", {"shapes": {"label": "L4-5:3"}}])
def test_another_file_says_what_was_expected(root: object) -> None:
    content = b'"text"' if root == "text" else as_bytes(root)
    with pytest.raises(FileError) as error:
        labelme.read(content, Limits())
    assert error.value.reason is Reason.BAD_JSON
    assert error.value.what.endswith(
        "expected a labelme file: an object with `shapes` and `imagePath`"
    )


def test_an_outline_of_many_points_is_no_large_label() -> None:
    outline = [[float(number), 0.5] for number in range(90_000)]
    assert said(RECIPE, export(shape("L4-5:3", points=outline)))["004.png"] == {"L4-5": "3"}


def test_a_frame_of_a_multi_frame_image_is_named_by_an_attribute() -> None:
    marks = [
        shape(label, attributes={"frame": frame}) for label, frame in (("L4-5:3", 2), ("L3-4:1", 5))
    ]
    found = said(recipe_for("labelme", key="uid"), export(*marks, path="1.2.840.5.png"))
    assert found == {"uid 1.2.840.5 #2": {"L4-5": "3"}, "uid 1.2.840.5 #5": {"L3-4": "1"}}
