"""Claims about Label Studio's JSON: tasks, several readers, addresses of images."""

from typing import Any

import pytest

from etl.labels.sources.exports import as_bytes, recipe_for, said, sets_of
from hnp_etl.errors import FileError
from hnp_etl.labels.sources import label_studio
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

RECIPE = recipe_for("label-studio")


def region(label: str, name: str = "r1") -> dict[str, Any]:
    box = {"x": 10.5, "y": 20.25, "width": 30, "height": 5, "rotation": 0}
    return {
        "id": name,
        "type": "rectanglelabels",
        "from_name": "label",
        "to_name": "image",
        "original_width": 320,
        "value": {**box, "rectanglelabels": [label]},
    }


def choice(control: str, *chosen: str, of: str | None = None) -> dict[str, Any]:
    value: dict[str, Any] = {"choices": list(chosen)}
    if of:
        value |= {"x": 10.5, "y": 20.25, "width": 30, "height": 5, "rotation": 0}
    return {
        "id": of or f"c-{control}",
        "type": "choices",
        "from_name": control,
        "to_name": "image",
        "value": value,
    }


def answer(*result: object, **more: Any) -> dict[str, Any]:
    return {
        "id": 11,
        "completed_by": 1,
        "result": list(result),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2024-01-02T03:04:05Z",
        **more,
    }


def task(image: str, *answers: object, **more: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "annotations": list(answers),
        "file_upload": None,
        "drafts": [],
        "predictions": [{"result": [region("L1-2:4")]}],
        "data": {"image": image},
        "meta": {},
        **more,
    }


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ([region("L4-5:3")], {"L4-5": "3"}),
        ([choice("level", "L4-5"), choice("grade", "3")], {"L4-5": "3"}),
        ([choice("disc_level", "L4/5"), choice("stenosis", "3")], {"L4-5": "3"}),
        ([choice("finding", "L4-5:3"), choice("quality", "good")], {"L4-5": "3"}),
        ([choice("level", "L4-5"), choice("grade", "3"), choice("quality", "1")], {"L4-5": "3"}),
        ([region("L4-5"), choice("grade", "3", of="r1")], {"L4-5": "3"}),
        ([choice("L4-5", "3"), choice("L5-S1", "1")], {"L4-5": "3", "L5-S1": "1"}),
        (
            [
                *(region("L4-5"), choice("grade", "3", of="r1")),
                *(region("L5-S1", "r2"), choice("grade", "1", of="r2")),
            ],
            {"L4-5": "3", "L5-S1": "1"},
        ),
        ([choice("grade", "3", "1"), choice("level", "L4-5")], Reason.FIELD_CONFLICT),
        ([region("L4-5:3"), region("L4-5:1", "r2")], Reason.FIELD_CONFLICT),
        (
            [choice("level", "L4-5"), choice("stenosis", "3"), choice("q", "1")],
            Reason.FIELD_CONFLICT,
        ),
    ],
)
def test_regions_and_choices_tell_disc_and_code(result: list[object], told: object) -> None:
    assert said(RECIPE, [task("a.png", answer(*result))]) == {"a.png": told}


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("/data/upload/3/0a1b2c3d-P01_004.png", "P01_004.png"),
        ("/data/local-files/?d=P01/%EC%98%81%EC%83%81%204.png", "P01/영상 4.png"),
        ("/data/local-files/?d=D%3A%5Cexport%5CP01%5C004.dcm", "D:/export/P01/004"),
        ("s3://bucket/export/P01/004.dcm.png", "export/P01/004"),
        ("https://host:8080/img/P01/004.png?token=1", "img/P01/004.png"),
        ("C:\\export\\P01\\004.dcm", "C:/export/P01/004"),
    ],
)
def test_an_image_is_named_without_what_servers_put_before_it(address: str, key: str) -> None:
    assert set(said(RECIPE, [task(address, answer(region("L4-5:3")))])) == {key}


def test_readers_who_agree_say_it_once_and_those_who_do_not_are_refused() -> None:
    for second, told in ((region("L4-5:3.0"), {"L4-5": "3"}), (region("L4-5:1"), "DUPLICATE_KEY")):
        found = said(RECIPE, [task("a.png", answer(region("L4-5:3")), answer(second))])
        assert found == {"a.png": told}


def test_what_was_skipped_predicted_or_never_read_says_nothing() -> None:
    skipped = answer(region("L4-5:1"), was_cancelled=True)
    tasks = [
        task("a.png", skipped, answer(region("L4-5:3"))),
        task("b.png"),
        task("c.png", answer()),
    ]
    assert said(RECIPE, tasks) == {"a.png": {"L4-5": "3"}}


def test_data_beside_the_image_holds_for_it_and_an_upload_may_name_it() -> None:
    first = task("", answer(choice("grade", "3")), data={"scan": "/data/x/a.png", "level": "L4-5"})
    second = task("", answer(region("L4-5:3")), data={}, file_upload="0a1b2c3d-b.png")
    assert said(RECIPE, [first, second]) == {"data/x/a.png": {"L4-5": "3"}, "b.png": {"L4-5": "3"}}


def test_a_task_without_an_image_is_told() -> None:
    (found,) = sets_of(RECIPE, {"src": [task("", answer(region("L4-5:3"))), task("b", answer())]})
    assert found.refused is not None
    assert found.refused.what == "image 1 has no name"


@pytest.mark.parametrize("root", [{}, [{"image": "a", "label": []}], [1], {"images": []}])
def test_another_file_says_what_was_expected(root: object) -> None:
    with pytest.raises(FileError) as error:
        label_studio.read(as_bytes(root), Limits())
    assert error.value.reason is Reason.BAD_JSON
    assert error.value.what.endswith("a list of tasks with `data` and `annotations`")


def test_a_class_of_half_a_surrogate_pair_costs_its_file() -> None:
    content = as_bytes([task("a.png", answer(region("L4-5:3")))]).replace(b"L4-5:3", b"\\ud800")
    with pytest.raises(FileError) as error:
        label_studio.read(content, Limits())
    assert error.value.reason is Reason.BAD_ENCODING
