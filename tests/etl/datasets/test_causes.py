"""Why a slice differs."""

import pytest

from hnp_etl.datasets.causes import Between, Cause, cause_of_absence, cause_of_change
from hnp_shared.vocabulary import Flag, Reason

SAME = Between(frozenset(), tool=False)
NEW_TOOL = Between(frozenset(), tool=True)


def recipe(*sections: str) -> Between:
    return Between(frozenset(sections), tool=True)


@pytest.mark.parametrize(
    ("reason", "between", "cause"),
    [
        (None, recipe("label"), Cause.FILE),
        (Reason.NO_LABEL, SAME, Cause.LABEL),
        (Reason.NO_LEVEL, SAME, Cause.LABEL),
        (Reason.NOT_T2, SAME, Cause.FILE),
        (Reason.DUPLICATE, SAME, Cause.FILE),
        (Reason.NOT_T2, recipe("selection"), Cause.RECIPE),
        (Reason.CODE_UNMAPPED, recipe("label"), Cause.RECIPE),
        (Reason.NOT_PROCEDURE, recipe("layout"), Cause.RECIPE),
        (Reason.NOT_T2, recipe("label"), Cause.TOOL),
        (Reason.NO_LABEL, NEW_TOOL, Cause.TOOL),
    ],
)
def test_why_a_slice_is_missing(reason: Reason | None, between: Between, cause: Cause) -> None:
    assert cause_of_absence(reason, between) is cause


@pytest.mark.parametrize(
    ("columns", "between", "cause"),
    [
        (["age"], SAME, Cause.LABEL),
        (["weight"], NEW_TOOL, Cause.TABLE),
        (["weight", "age"], SAME, Cause.LABEL),
        (["level", "level_name"], SAME, Cause.LABEL),
        (["pixel_sha256"], SAME, Cause.FILE),
        (["age", "pixel_sha256"], SAME, Cause.FILE),
        (["echo_time_ms"], SAME, Cause.FILE),
        (["pixel_sha256"], recipe("image"), Cause.RECIPE),
        (["is_patient"], recipe("label"), Cause.RECIPE),
        (["is_patient"], recipe("image"), Cause.TOOL),
        (["echo_time_ms"], NEW_TOOL, Cause.TOOL),
    ],
)
def test_why_a_slice_changed(columns: list[str], between: Between, cause: Cause) -> None:
    assert cause_of_change(columns, frozenset(), "label", between) is cause


@pytest.mark.parametrize(
    ("flags", "identity", "columns", "cause"),
    [
        ([Flag.BAD_AGE], "label", ["age", "flags"], Cause.LABEL),
        ([Flag.DERIVED], "label", ["flags"], Cause.FILE),
        ([], "label", ["patient_id"], Cause.LABEL),
        ([], "dicom", ["patient_id"], Cause.FILE),
    ],
)
def test_flags_and_ids_follow_where_they_come_from(
    flags: list[Flag], identity: str, columns: list[str], cause: Cause
) -> None:
    assert cause_of_change(columns, frozenset(flags), identity, SAME) is cause


def test_other_limits_are_the_recipe() -> None:
    between = Between(frozenset({"limits"}), tool=False)
    assert cause_of_absence(Reason.TOO_LARGE, between) is Cause.RECIPE
    assert cause_of_absence(Reason.NOT_T2, between) is Cause.FILE


READ = Between(frozenset(), tool=False, corrections=True)


def test_a_flagged_row_and_what_follows_of_it_come_from_the_correction() -> None:
    corrected = frozenset({Flag.CORRECTED})
    for columns, flags, is_flagged in (
        (("label_code", "is_patient", "flags"), corrected, True),
        (("level", "level_name"), frozenset(), True),  # flagged before and after
        (("flags",), frozenset({Flag.LEVEL_ORDER}), False),  # a neighbour of a corrected slice
    ):
        assert cause_of_change(columns, flags, "label", READ, corrected=is_flagged) == "correction"


def test_a_flag_explains_no_other_pixels_nor_a_label_that_changed_beside_it() -> None:
    assert cause_of_change(("pixel_sha256",), frozenset(), "label", READ, corrected=True) == "file"
    assert cause_of_change(("age",), frozenset(), "label", READ) == "label"
    same = Between(frozenset(), tool=False)
    assert cause_of_change(("age",), frozenset(), "label", same, corrected=True) == "label"


def test_a_slice_that_a_reader_left_out_is_absent_by_correction() -> None:
    assert cause_of_absence(Reason.EXCLUDED, READ) == "correction"
