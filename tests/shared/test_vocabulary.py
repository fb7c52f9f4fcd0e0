"""Claims about the closed lists, against the words of the contract."""

from hnp_shared.vocabulary import LEVEL_NAMES, UNCACHED_REASONS, Reason, State

IMAGES = [
    "NOT_REGULAR",
    "NAME_COLLISION",
    "*NOT_PROCEDURE*",
    "*SUPERSEDED*",
    "UNREADABLE",
    "ENCRYPTED",
    "EMPTY",
    "TOO_LARGE",
    "NOT_DICOM",
    "TOO_DEEP",
    "BAD_HEADER",
    "*NOT_MR*",
    "*DERIVED*",
    "*LOCALIZER*",
    "*NOT_LUMBAR*",
    "PLANE_UNKNOWN",
    "*NOT_AXIAL*",
    "WEIGHTING_UNKNOWN",
    "*NOT_T2*",
    "BURNED_IN",
    "MULTI_FRAME",
    "NO_LABEL",
    "LABEL_REJECTED",
    "CODE_UNMAPPED",
    "*NO_LEVEL*",
    "LEVEL_AMBIGUOUS",
    "MISSING_FIELD",
    "UNSUPPORTED_SYNTAX",
    "TRUNCATED",
    "CRASHED",
    "TIMEOUT",
    "DECODE_FAILED",
    "FLAT_IMAGE",
    "*EXCLUDED*",
    "DUPLICATE",
]
LABELS = [
    "NOT_REGULAR",
    "NAME_COLLISION",
    "*NOT_PROCEDURE*",
    "*SUPERSEDED*",
    "UNREADABLE",
    "ENCRYPTED",
    "EMPTY",
    "TOO_LARGE",
    "BAD_ENCODING",
    "TOO_DEEP",
    "BAD_JSON",
    "DUPLICATE_KEY",
    "FIELD_CONFLICT",
    "BAD_VALUE",
    "NO_IMAGE",
]


def test_reasons_are_those_of_the_contract() -> None:
    assert {word.strip("*") for word in [*IMAGES, *LABELS]} == set(Reason)


def test_reasons_for_images_stand_in_the_order_in_which_they_are_tried() -> None:
    words = [word.strip("*") for word in IMAGES]
    assert [reason for reason in Reason if reason in words] == words


def test_reasons_in_italics_filter_and_the_others_reject() -> None:
    for word in [*IMAGES, *LABELS]:
        expected = State.FILTERED if word.startswith("*") else State.REJECTED
        assert Reason(word.strip("*")).state is expected


def test_states_levels_and_passing_reasons_are_those_of_the_contract() -> None:
    assert set(State) == {"accepted", "used", "filtered", "rejected", "ignored"}
    assert LEVEL_NAMES == ("L1-2", "L2-3", "L3-4", "L4-5", "L5-S1")
    assert {"TIMEOUT", "CRASHED", "UNREADABLE"} == UNCACHED_REASONS
