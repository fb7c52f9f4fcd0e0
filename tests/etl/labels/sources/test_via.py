"""Claims about VGG Image Annotator 2: projects, annotations as JSON, annotations as CSV."""

import csv
import io
import json
from typing import Any

import pytest

from etl.labels.sources.exports import as_bytes, recipe_for, said, sets_of
from hnp_etl.errors import FileError
from hnp_etl.labels.sources import via
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

RECIPE = recipe_for("via")
Attributes = dict[str, Any]


def file(name: str, *regions: Attributes, **attributes: Any) -> Attributes:
    shape = {"name": "rect", "x": 10, "y": 20, "width": 30, "height": 40}
    return {
        "filename": name,
        "size": 1234,
        "regions": [{"shape_attributes": shape, "region_attributes": each} for each in regions],
        "file_attributes": attributes,
    }


def export(*files: Attributes) -> dict[str, Attributes]:
    return {f"{each['filename']}{each['size']}": each for each in files}


def project(*files: Attributes) -> dict[str, object]:
    return {
        "_via_settings": {"core": {"default_filepath": ""}, "project": {"name": "p"}},
        "_via_img_metadata": export(*files),
        "_via_attributes": {"region": {"level": {"type": "dropdown", "options": {"L4-5": ""}}}},
        "_via_data_format_version": "2.0.10",
        "_via_image_id_list": list(export(*files)),
    }


def as_csv(*files: Attributes, hash_mark: str = "") -> str:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([f"{hash_mark}filename", "file_size", "file_attributes", "region_count",
                    "region_id", "region_shape_attributes", "region_attributes"])  # fmt: skip
    for each in files:
        for number, region in enumerate(each["regions"] or [{}]):
            told = [
                json.dumps(region.get(key, {})) for key in ("shape_attributes", "region_attributes")
            ]
            count = len(each["regions"])
            lines.writerow([each["filename"], 1234, json.dumps(each["file_attributes"]), count,
                            number, *told])  # fmt: skip
    return text.getvalue()


FILES = (
    file("P01/004.png", {"level": "L4-5", "grade": "3"}, {"level": "L4-5", "grade": "3"}),
    file("..\\영상\\005.png", {"class": "L5-S1:1"}),
    file("006.png"),
    file("007.png", {"grade": "2"}, level="L3-4"),
    file("008.png", finding={"L4-5:3": True, "L4-5:1": False}, **{"class": {"L1-2:4": True}}),
    file("009.png", {"L2-3": "1"}, **{"L2-3": "1"}),
    file("010.png", {"level": "L4-5", "grade": "3"}, {"level": "L4-5", "grade": "1"}),
)


@pytest.mark.parametrize(
    "content",
    [project(*FILES), export(*FILES), as_csv(*FILES), as_csv(*FILES, hash_mark="#")],
    ids=["project", "json", "csv", "old-csv"],
)
def test_regions_and_files_tell_discs_in_each_form_of_export(content: object) -> None:
    assert said(RECIPE, content) == {
        "P01/004.png": {"L4-5": "3"},
        "영상/005.png": {"L5-S1": "1"},
        "007.png": {"L3-4": "2"},
        "008.png": {"L1-2": "4"},
        "009.png": {"L2-3": "1"},
        "010.png": Reason.FIELD_CONFLICT,
    }


def test_regions_may_be_numbered_as_version_1_does() -> None:
    old = file("a.png", {"level": "L4-5", "code": "3"})
    old["regions"] = dict(enumerate(old["regions"]))
    assert said(RECIPE, export(old)) == {"a.png": {"L4-5": "3"}}


def test_a_wrong_line_of_a_csv_costs_its_own_image() -> None:
    good = as_csv(file("a.png", {"level": "L4-5", "grade": "3"}))
    wrong = good + 'b.png,1,{},1,0,{},"{""level"": "\n' + "c.png,1,{}\n"
    (found,) = sets_of(RECIPE, {"src": wrong})
    assert said(RECIPE, wrong) == {"a.png": {"L4-5": "3"}, "b.png": Reason.BAD_VALUE}
    assert found.faults == ("image 3 (line 4) has 3 columns, the header 7",)


@pytest.mark.parametrize(
    ("content", "reason", "told"),
    [
        ({"file": {}, "metadata": {}, "view": {}}, Reason.BAD_JSON, ": this is one of VIA 3"),
        ({"a": {"b": 1}}, Reason.BAD_JSON, "annotations as JSON or CSV"),
        ([], Reason.BAD_JSON, "annotations as JSON or CSV"),
        ("file,level,code\na,L4-5,3\n", Reason.BAD_VALUE, "annotations as JSON or CSV"),
    ],
)
def test_another_file_says_what_was_expected(content: object, reason: Reason, told: str) -> None:
    with pytest.raises(FileError) as error:
        via.read(as_bytes(content), Limits())
    assert error.value.reason is reason
    assert error.value.what.endswith(told)
