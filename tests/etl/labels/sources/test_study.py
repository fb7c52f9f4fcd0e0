"""Claims about a JSON file of a study: a wrong object costs itself, and is told."""

import json

import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.sources import study
from hnp_etl.labels.sources.rows import LabelFile, LabelSet
from hnp_etl.limits import Limits
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.vocabulary import Reason

RECIPE = load_recipe("generic").label.model_copy(update={"source": "study-json"})
GOOD = {"file": "a.dcm", "level": "L4-5", "code": 3}


def read(root: object) -> LabelSet:
    text = study.read(json.dumps(root).encode(), Limits())
    (found,) = study.label_sets([LabelFile(1, "src/s1", text)], RECIPE)
    return found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"picture": "b.dcm", "level": "L4-5", "code": 1}, "object 2 names no image"),
        ("b.dcm", "object 2 is empty, or no object"),
        ({}, "object 2 names no image"),
    ],
)
def test_an_object_that_names_no_image_costs_itself_and_is_told(wrong: object, told: str) -> None:
    found = read({"Age": 63, "images": [GOOD, wrong, {**GOOD, "file": "c.dcm"}]})
    assert [each.key for each in found.entries] == ["path a", "path c"]
    assert (found.refused, found.faults) == (None, (told,))


def test_a_study_none_of_whose_objects_names_an_image_is_refused() -> None:
    found = read([{"level": "L4-5", "code": 3}])
    assert found.refused is not None
    assert (found.refused.reason, found.refused.what) == (
        Reason.BAD_VALUE,
        "object 1 names no image",
    )


@pytest.mark.parametrize("root", [{"images": {"a.dcm": GOOD}}, {"image": [GOOD]}, [1, 2], "a"])
def test_a_file_without_a_list_of_objects_says_what_was_expected(root: object) -> None:
    with pytest.raises(FileError) as error:
        read(root)
    assert error.value.reason is Reason.BAD_JSON
    assert error.value.what.endswith(", expected a list of objects, one an image")
