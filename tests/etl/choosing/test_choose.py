"""The first reason that holds."""

from typing import Any

import pytest

from etl.facts import facts_of, label_of
from hnp_etl.choosing.choose import Choice, choose, judge
from hnp_etl.dicom.held_frames import Held
from hnp_etl.dicom.syntaxes import EXPLICIT_BE
from hnp_etl.labels.label import LabelFacts
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Flag, Reason

SIZE = 10_000_000
RECIPE = Recipe(name="test")


def chosen(
    said: LabelFacts | Reason | None, recipe: Recipe = RECIPE, **changes: Any
) -> Choice | Reason:
    wanted = judge(facts_of(**changes), SIZE, recipe)
    return choose(wanted, said, recipe.label, path_conflict=False)


def recipe(**sections: Any) -> Recipe:
    return Recipe.model_validate({"name": "test", **sections})


# Each step makes the image worse in one more way; the reason is always the first in this order.
ORDER: list[tuple[Reason, dict[str, Any]]] = [
    (Reason.TRUNCATED, {"pixel_offset": SIZE}),
    (Reason.UNSUPPORTED_SYNTAX, {"syntax": "1.2.840.10008.1.2.4.201"}),
    (Reason.MULTI_FRAME, {"held": Held.UNTOLD}),
    (Reason.BURNED_IN, {"burned_in": True}),
    (Reason.NOT_T2, {"echo_time_ms": 10.0, "repetition_time_ms": 500.0}),
    (
        Reason.WEIGHTING_UNKNOWN,
        {"echo_time_ms": None, "repetition_time_ms": None, "series_text": ""},
    ),
    (Reason.NOT_AXIAL, {"orientation": (0, 1, 0, 0, 0, -1)}),
    (Reason.PLANE_UNKNOWN, {"orientation": None}),
    (Reason.NOT_LUMBAR, {"study_text": "KNEE"}),
    (Reason.LOCALIZER, {"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}),
    (Reason.DERIVED, {"image_type": ("DERIVED", "SECONDARY", "LOCALIZER")}),
    (Reason.NOT_MR, {"modality": "CT"}),
]


@pytest.mark.parametrize("depth", range(1, len(ORDER) + 1))
def test_of_several_reasons_the_first_in_the_contracts_order_is_given(depth: int) -> None:
    changes: dict[str, Any] = {}
    for _, change in ORDER[:depth]:
        changes |= change
    assert chosen(label_of(), **changes) is ORDER[depth - 1][0]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (None, Reason.NO_LABEL),
        (Reason.BAD_JSON, Reason.LABEL_REJECTED),
        (label_of(cells=((None,), ("3",), ("3",), (), ())), Reason.CODE_UNMAPPED),
        (label_of(cells=(("6",), (), (), (), ())), Reason.NO_LEVEL),
        (label_of(cells=((), (), (), (), ())), Reason.NO_LEVEL),
        (label_of(cells=(("1",), ("3",), (), (), ())), Reason.LEVEL_AMBIGUOUS),
    ],
)
def test_reasons_from_the_label(said: LabelFacts | Reason | None, reason: Reason) -> None:
    assert chosen(said) is reason
    assert chosen(said, syntax="1.2.3") is reason  # pixels come later
    assert chosen(said, held=Held.TIME) is Reason.MULTI_FRAME  # the header comes first


@pytest.mark.parametrize(
    ("codes", "code", "is_patient"),
    [
        (("1",), "1", False),
        (("3",), "3", True),
        (("1", "3"), "1,3", True),
        (("3", "6"), "3", True),
        (("1", "6"), "1", False),
    ],
)
def test_of_several_codes_absent_is_dropped_and_any_patient_makes_a_patient(
    codes: tuple[str, ...], code: str, is_patient: bool
) -> None:
    found = chosen(label_of(cells=((), (), (), (), codes)))
    assert isinstance(found, Choice)
    assert (found.label.level, found.label.code, found.label.is_patient) == (4, code, is_patient)


@pytest.mark.parametrize("field", ["patient", "age", "sex", "canal_width_mm"])
def test_a_field_is_missing_only_if_the_recipe_requires_it(field: str) -> None:
    said = label_of(**{field: None})
    assert isinstance(chosen(said), Choice)
    assert chosen(said, recipe(label={"required": [field]})) is Reason.MISSING_FIELD


def test_fat_suppressed_t2_is_kept_if_the_recipe_says_so() -> None:
    assert chosen(label_of(), scan_options=("FS",)) is Reason.NOT_T2
    kept = chosen(label_of(), recipe(selection={"fat_suppressed": "keep"}), scan_options=("FS",))
    assert isinstance(kept, Choice)
    assert kept.flags == (Flag.FAT_SUPPRESSED,)


def test_another_plane_or_weighting_can_be_wanted() -> None:
    sagittal_t1 = recipe(selection={"plane": "sagittal", "weighting": "T1"})
    changes = {
        "orientation": (0, 1, 0, 0, 0, -1),
        "echo_time_ms": 10.0,
        "repetition_time_ms": 500.0,
    }
    assert isinstance(chosen(label_of(), sagittal_t1, **changes), Choice)
    assert chosen(label_of(), sagittal_t1) is Reason.NOT_AXIAL


def test_a_tilt_beyond_the_recipes_limit_is_not_axial() -> None:
    tilted = (1.0, 0.0, 0.0, 0.0, 0.8192, -0.5736)  # 35 degrees
    assert isinstance(chosen(label_of(), orientation=tilted), Choice)
    strict = recipe(selection={"max_tilt_deg": 30})
    assert chosen(label_of(), strict, orientation=tilted) is Reason.NOT_AXIAL


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": None},
        {"rows": 0},
        {"columns": 4097},
        {"bits_allocated": 12},
        {"bits_stored": 17},
        {"bits_stored": 0},
        {"high_bit": 15},
    ],
)
def test_pixels_that_are_not_described_are_a_bad_header(changes: dict[str, Any]) -> None:
    assert chosen(label_of(), **changes) is Reason.BAD_HEADER


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"modality_lut": True}, Reason.UNSUPPORTED_SYNTAX),
        ({"pixel_tag": 0x7FE0_0008}, Reason.UNSUPPORTED_SYNTAX),
        ({"photometric": "PALETTE COLOR"}, Reason.UNSUPPORTED_SYNTAX),
        ({"syntax": None}, Reason.UNSUPPORTED_SYNTAX),
        (
            {"syntax": EXPLICIT_BE, "bits_allocated": 8, "bits_stored": 8, "high_bit": 7},
            Reason.UNSUPPORTED_SYNTAX,
        ),
        ({"pixel_offset": None, "pixel_tag": None}, Reason.TRUNCATED),
        ({"pixel_length": 400 * 400 * 2 - 1}, Reason.TRUNCATED),
    ],
)
def test_pixel_data_that_cannot_be_used(changes: dict[str, Any], reason: Reason) -> None:
    assert chosen(label_of(), **changes) is reason


def test_a_square_in_mm_needs_pixel_spacing() -> None:
    by_mm = recipe(image={"crop_mm": 150})
    assert isinstance(chosen(label_of(), by_mm), Choice)
    assert chosen(label_of(), by_mm, row_mm=None, column_mm=None) is Reason.MISSING_FIELD


def test_what_a_reader_should_know_is_flagged() -> None:
    wanted = judge(facts_of(image_type=("DERIVED", "PRIMARY"), series_text="T1 AX"), SIZE, RECIPE)
    found = choose(wanted, label_of(flags=(Flag.BAD_AGE,)), RECIPE.label, path_conflict=True)
    assert isinstance(found, Choice)
    assert found.flags == (*(Flag.BAD_AGE, Flag.DERIVED, Flag.PATH_CONFLICT, Flag.TEXT_DISAGREES),)
