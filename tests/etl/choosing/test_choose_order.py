"""Claims about the order of reasons: of any two that hold, the one the contract names first."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest

from etl.facts import facts_of, label_of
from hnp_etl.choosing.choose import Choice, choose, judge
from hnp_etl.dicom.held_frames import Held
from hnp_etl.labels.label import LabelFacts
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.vocabulary import Flag, Reason

SIZE = 10_000_000


@dataclass(frozen=True)
class Fault:
    """One way to be unusable."""

    reason: Reason
    header: dict[str, Any] = field(default_factory=dict)
    label: dict[str, Any] = field(default_factory=dict)
    other_label: LabelFacts | Reason | None = Reason.NO_IMAGE  # stands for "as described by label"

    def excludes(self, other: "Fault") -> bool:
        """Both cannot hold of one file."""
        own, others = self.replaces_label, other.replaces_label
        return bool(
            self.header.keys() & other.header.keys()
            or self.label.keys() & other.label.keys()
            or (own and (others or other.label))
            or (others and self.label)
        )

    @property
    def replaces_label(self) -> bool:
        return self.other_label is not Reason.NO_IMAGE


FAULTS = [  # in the contract's order
    Fault(Reason.BAD_HEADER, {"bits_stored": 0}),
    Fault(Reason.DERIVED, {"sop_class": "1.2.840.10008.5.1.4.1.1.7"}),
    Fault(Reason.LOCALIZER, {"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}),
    Fault(Reason.NOT_LUMBAR, {"study_text": "KNEE"}),
    Fault(Reason.PLANE_UNKNOWN, {"orientation": None, "series_text": ""}),
    Fault(Reason.NOT_AXIAL, {"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)}),
    Fault(Reason.WEIGHTING_UNKNOWN, {"echo_time_ms": None, "series_text": ""}),
    Fault(Reason.NOT_T2, {"echo_time_ms": 10.0, "repetition_time_ms": 500.0}),
    Fault(Reason.BURNED_IN, {"burned_in": True}),
    Fault(Reason.MULTI_FRAME, {"held": Held.DIFFUSION}),
    Fault(Reason.NO_LABEL, other_label=None),
    Fault(Reason.LABEL_REJECTED, other_label=Reason.FIELD_CONFLICT),
    Fault(Reason.CODE_UNMAPPED, label={"cells": ((None,), (), (), (), ())}),
    Fault(Reason.NO_LEVEL, label={"cells": (("6",), (), (), (), ())}),
    Fault(Reason.LEVEL_AMBIGUOUS, label={"cells": (("3",), ("3",), (), (), ())}),
    Fault(Reason.MISSING_FIELD, label={"age": None}),
    Fault(Reason.UNSUPPORTED_SYNTAX, {"modality_lut": True}),
    Fault(Reason.TRUNCATED, {"pixel_length": 10}),
]
PAIRS = [pair for pair in combinations(FAULTS, 2) if not pair[0].excludes(pair[1])]


def outcome(*faults: Fault, required: bool = True) -> Choice | Reason:
    header: dict[str, Any] = {}
    said: LabelFacts | Reason | None = label_of(
        **{key: value for fault in faults for key, value in fault.label.items()}
    )
    for fault in faults:
        header |= fault.header
        said = fault.other_label if fault.replaces_label else said
    recipe = Recipe.model_validate(
        {"name": "x", "label": {"required": ["age"] if required else []}}
    )
    wanted = judge(facts_of(**header), SIZE, recipe)
    return choose(wanted, said, recipe.label, path_conflict=False)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.reason)
def test_each_fault_alone_gives_its_reason(fault: Fault) -> None:
    assert outcome(fault) is fault.reason


@pytest.mark.parametrize(
    ("one", "other"), PAIRS, ids=[f"{one.reason}-{other.reason}" for one, other in PAIRS]
)
def test_of_two_faults_the_first_in_the_contract_is_given(one: Fault, other: Fault) -> None:
    order = list(Reason)
    assert order.index(one.reason) < order.index(other.reason)
    assert outcome(one, other) is outcome(other, one) is one.reason


def test_without_faults_it_is_a_slice() -> None:
    found = outcome()
    assert isinstance(found, Choice)
    assert found.flags == ()
    assert (found.label.level, found.label.code, found.label.is_patient) == (3, "3", True)
    told = found.wanted
    assert (told.slice_position_mm, told.tilt_deg, told.weighting_from) == (40.0, 0.0, "tags")


def test_colour_is_derived_whatever_its_bits() -> None:
    assert outcome(Fault(Reason.DERIVED, {"samples": 3, "bits_allocated": 24})) is Reason.DERIVED


def test_other_modalities_need_no_image_description() -> None:
    for modality in ("CT", "SR", "PR"):
        found = outcome(Fault(Reason.NOT_MR, {"modality": modality, "rows": None}))
        assert found is Reason.NOT_MR


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"pixel_length": None}, Reason.TRUNCATED),
        ({"pixel_offset": SIZE - 400 * 400 * 2}, None),
        ({"pixel_offset": SIZE - 400 * 400 * 2 + 1}, Reason.TRUNCATED),
        ({"pixel_length": 400 * 400 * 2 + 2}, None),
        ({"syntax": "1.2.840.10008.1.2.5", "pixel_length": None}, None),
        ({"syntax": "1.2.840.10008.1.2.1.99", "pixel_offset": SIZE * 3}, None),
        ({"syntax": "1.2.840.10008.1.2.1.99", "pixel_length": 7}, Reason.TRUNCATED),
        ({"photometric": ""}, None),
        ({"photometric": "MONOCHROME1"}, None),
        ({"photometric": "RGB"}, Reason.UNSUPPORTED_SYNTAX),
    ],
)
def test_pixel_data_as_far_as_the_header_tells(
    header: dict[str, Any], reason: Reason | None
) -> None:
    found = outcome(Fault(Reason.TRUNCATED, header))
    assert found is reason if reason else isinstance(found, Choice)


def test_a_slice_without_a_position_is_accepted_without_one() -> None:
    found = outcome(Fault(Reason.TRUNCATED, {"position_mm": None}))
    assert isinstance(found, Choice)
    assert found.wanted.slice_position_mm is None


def test_a_stir_by_its_text_is_no_t2_even_where_tags_say_t2() -> None:
    found = outcome(Fault(Reason.NOT_T2, {"series_text": "AX STIR"}))
    assert found is Reason.NOT_T2


def test_flags_of_the_label_and_the_header_are_joined_and_sorted() -> None:
    said = Fault(Reason.NO_LABEL, {"series_text": "T1 AX"}, {"flags": (Flag.BAD_SEX,)})
    found = outcome(said)
    assert isinstance(found, Choice)
    assert found.flags == (Flag.BAD_SEX, Flag.TEXT_DISAGREES)
