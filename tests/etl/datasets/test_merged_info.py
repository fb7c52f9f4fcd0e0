"""What dataset.json says of a merged data set."""

from typing import Any

from hnp_etl.datasets.merged_info import (
    different_recipes,
    merged_corrections,
    merged_counts,
    merged_identity,
    merged_key_id,
    merged_parts,
    merged_recipe,
)
from hnp_shared.corrections import AppliedFile
from hnp_shared.dataset_info import DatasetInfo


def info(**changes: Any) -> DatasetInfo:
    values: dict[str, Any] = dict.fromkeys(
        ["schema_version", "dataset_id", "pixels_id", "key_id", "tool", "manifest", "ledger"], ""
    )
    values |= {name: {} for name in ("recipe", "identity", "states", "reasons", "files")}
    return DatasetInfo(**(values | changes))


def test_one_key_stays_and_several_are_named_in_any_order() -> None:
    one, other = info(key_id="0000000a"), info(key_id="0000000b")
    assert merged_key_id([one, one]) == "0000000a"
    assert merged_key_id([one, other]) == merged_key_id([other, one, one])
    assert len(merged_key_id([one, other])) == 8
    assert merged_key_id([one, other]) not in ("0000000a", "0000000b")


def test_one_recipe_stays() -> None:
    recipe = {"name": "x", "confirmed": True, "selection": {}, "image": {}}
    assert merged_recipe([info(recipe=recipe), info(recipe=dict(recipe))]) == recipe


def test_different_recipes_are_all_kept_also_when_merged_again() -> None:
    parts = [
        info(recipe={"name": name, "confirmed": name == "a", "selection": {"plane": "axial"}})
        for name in "abc"
    ]
    first = info(recipe=merged_recipe(parts[:2]))
    whole = merged_recipe([parts[2], first])
    assert whole == merged_recipe(parts)
    assert (whole["name"], whole["confirmed"]) == ("merged", False)
    assert whole["selection"] == {"plane": "axial"}
    assert {recipe["name"] for recipe in different_recipes([info(recipe=whole)])} == set("abc")


def test_counts_add_up_and_identity_names_every_source() -> None:
    assert merged_counts([{"used": 1}, {"used": 2, "filtered": 3}]) == {"filtered": 3, "used": 3}
    parts = [
        info(identity={"unknown": "label", "H01": "dicom"}),
        info(identity={"unknown": "dicom,label", "H02": "study"}),
    ]
    assert merged_identity(parts) == {"H01": "dicom", "H02": "study", "unknown": "dicom,label"}


def test_it_is_merged_of_what_was_built_in_any_order_and_number_of_steps() -> None:
    one, two, three = (info(dataset_id=each) for each in "abc")
    first = info(dataset_id="d", parts=merged_parts([two, one]))
    assert first.parts == ("a", "b")
    assert first.origin == "merged of 2 data sets"
    assert merged_parts([three, first]) == merged_parts([one, two, three]) == ("a", "b", "c")
    assert one.origin == "built"


def test_what_readers_corrected_in_the_parts_is_told_in_any_order_of_them() -> None:
    one, other = AppliedFile("b", False, 1, 2, 3, 0), AppliedFile("a", True, 1, 0, 0, 0)
    parts = [info(corrections=(one,)), info(corrections=(other,)), info()]
    assert merged_corrections(parts) == merged_corrections(parts[::-1]) == (other, one)
