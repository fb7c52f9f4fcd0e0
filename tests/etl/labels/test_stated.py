"""Claims about labels that tell a disc by a level and a code side by side."""

import json

import pytest

from hnp_etl.errors import FileError
from hnp_etl.labels.document import parse_label
from hnp_etl.labels.label import LabelReader
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

READER = LabelReader(load_recipe("aihub-dld").label)


def discs(label: object) -> dict[str, tuple[str | None, ...]]:
    cells = READER.read(parse_label(json.dumps(label).encode())).cells
    return {LEVEL_NAMES[level]: codes for level, codes in enumerate(cells) if codes}


@pytest.mark.parametrize(
    "label",
    [
        {"level": "L4-5", "code": 3},
        {"disc": {"level": "L4/5", "code": "3"}},
        {"annotations": [{"level": "L4-5", "code": 3}]},
        {"annotations": [{"level": "L4-5", "box": [1, 2], "by": {"x": 1}, "code": 3}]},
        {"annotations": [{"code": 9}, {"level": "L4-5", "code": 3}, {"level": "L5-S1"}]},
        {"annotations": [{"level": "slice 7", "code": 1}, {"code": 3, "level": "L4-5"}]},
    ],
)
def test_a_level_and_a_code_in_one_object_tell_a_disc(label: object) -> None:
    assert discs(label) == {"L4-5": ("3",)}


def test_a_list_of_annotations_tells_a_disc_each() -> None:
    label = [{"level": "L3-4", "code": 6}, {"level": "L4-5", "code": 3}]
    assert discs({"annotations": label}) == {"L3-4": ("6",), "L4-5": ("3",)}


def test_what_stands_in_two_objects_is_not_put_together() -> None:
    assert discs({"annotations": [{"level": "L4-5"}, {"code": 3}]}) == {}


def test_keys_of_discs_come_first() -> None:
    label = {"L4-5": 3, "findings": [{"level": "L5-S1", "code": 2}], "level": "L1-2", "code": 1}
    assert discs(label) == {"L4-5": ("3",)}


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ([{"level": "L4-5", "code": 3}, {"level": "L4/L6", "code": 2}], "does not know"),
        ([{"level": "T12-L1", "code": 9}, {"level": "L4-5", "code": 3}], "does not know"),
        ({"L4-5": 3, "seen": [{"level": "L5-S1", "code": 2}]}, "by keys, which count"),
        ({"L4-5": 3, "seen": [{"level": "L4-5", "code": 2}]}, "by keys, which count"),
        ({"L4-5": 3, "seen": [{"level": "L4-5", "code": 3}]}, None),
        ({"L4-5": 3, "level": "L4-5", "code": "A12"}, None),
        ([{"level": "L4-5", "code": 3}, {"level": "NA", "code": 2}], None),
        ({"L4-5": 3, "level": "slice 7", "code": 1}, None),
        ([{"level": "L4-5", "code": 3}, {"level": "T12-L1", "code": 6}], None),
        ({"level": "L4-6", "code": 3}, "names a level that"),
        ({"level": 4, "code": 1}, "names a level that"),
        ({"level": "none seen", "code": 6}, None),
        ({"L4-5": 3, "L5-S": 2}, "names another level too"),
        ({"L3-4": 6, "L4-5": 6, "L5-6": 2}, "names another level too"),
        ({"L4-5": 3, "L5-S": 6, "L3-4 note": "seen"}, None),
        ({"L4-5": 3, "L4-5_width": 3}, None),
    ],
)
def test_a_disc_that_does_not_count_is_told(label: object, told: str | None) -> None:
    leaves = parse_label(
        json.dumps({"annotations": label} if type(label) is list else label).encode()
    )
    aside = READER.passed_over(leaves, READER.read(leaves))
    assert aside is None if told is None else told in str(aside)


@pytest.mark.parametrize(
    "key",
    ["L4.5", "L4:5", "L4 to 5", "L4·L5", "disc_L4-5", "L4-5_code", "요추4-5번", "L04-05", "L5-S"],
)
def test_a_key_that_only_looks_like_a_disc_is_told(key: str) -> None:
    leaves = parse_label(json.dumps({"Age": 55, key: 3, "Level 4": 3, "T1-2": 3}).encode())
    facts = READER.read(leaves)
    assert (any(facts.cells), READER.passed_over(leaves, facts)) == (
        False,
        "names a level that [label.levels] does not know",
    )


@pytest.mark.parametrize("key", ["Level 4", "L4", "T2-3", "S1-2", "skull 4-5", "C3-4", "L4_left"])
def test_a_key_of_something_else_is_no_disc(key: str) -> None:
    leaves = parse_label(json.dumps({"Age": 55, key: 3}).encode())
    assert READER.passed_over(leaves, READER.read(leaves)) is None


def test_two_codes_of_one_disc_that_disagree_are_a_conflict() -> None:
    twice = [{"level": "L4-5", "code": 3}, {"level": "L4-5", "code": 1}]
    with pytest.raises(FileError) as error:
        discs({"annotations": twice})
    assert error.value.reason is Reason.FIELD_CONFLICT
