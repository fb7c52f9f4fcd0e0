"""What kind of image a header describes, and what told it."""

import pytest

from etl.facts import facts_of
from hnp_etl.choosing.classify import Classification, classify
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.imaging import Plane, Weighting


def look(facts: HeaderFacts) -> Classification:
    return classify(facts, 50)


def weighting(**changes: object) -> tuple[str, str] | None:
    told = look(facts_of(**changes)).weighting
    return (told.value, told.source) if told else None


@pytest.mark.parametrize(
    ("echo_ms", "repetition_ms", "text", "expected"),
    [
        (60, 1500, "", ("T2", "tags")),
        (59.9, 1500, "", None),
        (60, 1499, "", None),
        (30, 1100, "", ("T1", "tags")),
        (30, 1101, "", None),
        (100, 4000, "t1_tse_tra", ("T2", "tags")),
        (40, 3000, "pd_tse_tra", ("PD", "text")),
        (40, 3000, "t2_tse_tra", ("T2", "text")),
        (None, 4000, "t2_tse_tra", ("T2", "text")),
        (100, None, "", None),
    ],
)
def test_spin_echo_by_its_times(
    echo_ms: float | None, repetition_ms: float | None, text: str, expected: object
) -> None:
    changes = {"echo_time_ms": echo_ms, "repetition_time_ms": repetition_ms, "series_text": text}
    assert weighting(**changes) == expected
    assert weighting(scanning_sequence=(), **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"scanning_sequence": ("SE", "IR"), "inversion_time_ms": 160.0}, Weighting.STIR),
        ({"scanning_sequence": ("SE", "IR"), "inversion_time_ms": 2200.0}, Weighting.FLAIR),
        ({"scanning_sequence": ("IR",), "series_text": "Ax T2 FLAIR"}, Weighting.FLAIR),
        ({"scanning_sequence": ("IR",), "series_text": ""}, Weighting.STIR),
        ({"inversion_time_ms": 150.0}, Weighting.STIR),
        ({"inversion_time_ms": 0.0}, Weighting.T2),
        ({"diffusion": True}, Weighting.DWI),
        ({"scanning_sequence": ("EP", "SE"), "series_text": "ep2d_diff t2 trace"}, Weighting.DWI),
        ({"scanning_sequence": ("EP",), "sequence_name": "*ep_b1000t"}, Weighting.DWI),
    ],
)
def test_inversion_and_diffusion_go_before_times(
    changes: dict[str, object], expected: Weighting
) -> None:
    assert weighting(**changes) == (expected, "tags")


@pytest.mark.parametrize("sequence", [("GR",), ("EP",), ("EP", "GR")])
def test_times_of_other_sequences_say_nothing(sequence: tuple[str, ...]) -> None:
    assert weighting(scanning_sequence=sequence, series_text="") is None
    assert weighting(scanning_sequence=sequence, series_text="t2_tra") == ("T2", "text")


def test_tags_beat_text_and_say_that_it_disagrees() -> None:
    assert look(facts_of(series_text="T1 AX")).text_disagrees
    assert not look(facts_of(series_text="T2 AX")).text_disagrees
    assert not look(facts_of(series_text="")).text_disagrees


def test_text_tells_the_plane_only_without_an_orientation() -> None:
    by_tags = look(facts_of(series_text="t2_tse_sag")).plane
    assert by_tags is not None
    assert (by_tags.value, by_tags.source) == (Plane.AXIAL, "tags")
    by_text = look(facts_of(series_text="t2_tse_sag", orientation=None)).plane
    assert by_text is not None
    assert (by_text.value, by_text.source) == (Plane.SAGITTAL, "text")
    assert look(facts_of(series_text="", orientation=None)).plane is None


def test_the_protocol_name_helps_where_the_series_has_no_text() -> None:
    facts = facts_of(
        series_text="", protocol_text="t2_tse_tra", orientation=None, echo_time_ms=None
    )
    found = look(facts)
    assert found.plane is not None
    assert found.weighting is not None
    assert (found.plane.value, found.weighting.value) == (Plane.AXIAL, Weighting.T2)


@pytest.mark.parametrize(
    "changes",
    [
        {"sop_class": "1.2.840.10008.5.1.4.1.1.7"},
        {"sop_class": "1.2.840.10008.5.1.4.1.1.7.2"},
        {"image_type": ("ORIGINAL", "SECONDARY")},
        {"image_type": ("DERIVED", "PRIMARY", "MPR")},
        {"image_type": ("DERIVED", "PRIMARY", "PROJECTION IMAGE")},
        {"image_type": ("DERIVED", "PRIMARY", "DIFFUSION", "ADC")},
        {"samples": 3},
        {"series_text": "PosDisp: [4] t2_tse_tra_384"},
    ],
)
def test_what_was_made_from_other_images_is_computed(changes: dict[str, object]) -> None:
    assert look(facts_of(**changes)).computed


@pytest.mark.parametrize(
    "changes",
    [
        {"image_type": ("DERIVED", "PRIMARY")},
        {"image_type": ("ORIGINAL", "PRIMARY", "MPR")},
        {"sop_class": "1.2.840.10008.5.1.4.1.1.77.1.1"},
        {"image_type": ()},
    ],
)
def test_a_lossy_copy_of_a_slice_is_not_computed(changes: dict[str, object]) -> None:
    assert not look(facts_of(**changes)).computed


@pytest.mark.parametrize(
    ("changes", "mr"),
    [
        ({"modality": "MR"}, True),
        ({"modality": None}, True),
        ({"modality": "CT"}, False),
        ({"sop_class": None}, True),
        ({"sop_class": "no uid at all"}, True),
        ({"sop_class": "1.2.840.10008.5.1.4.1.1.4.2"}, False),  # MR Spectroscopy
        ({"sop_class": "1.2.840.10008.5.1.4.1.1.88.11"}, False),  # Basic Text SR
        ({"sop_class": "1.2.840.10008.1.3.10"}, False),  # Media Storage Directory
        ({"sop_class": "1.2.840.113619.4.2"}, True),  # a maker's own
    ],
)
def test_mr(changes: dict[str, object], mr: bool) -> None:
    assert look(facts_of(**changes)).mr is mr


@pytest.mark.parametrize(
    ("changes", "lumbar"),
    [
        ({"body_part": "", "study_text": ""}, True),
        ({"body_part": "SPINE", "study_text": "xxx xxxxxxx"}, True),
        ({"body_part": "BRAIN", "study_text": ""}, False),
        ({"study_text": "MRT Oberbauch"}, False),
        ({"study_text": "경추 MRI"}, False),
        ({"study_text": "Brain + L-spine"}, True),
    ],
)
def test_region(changes: dict[str, object], lumbar: bool) -> None:
    assert look(facts_of(**changes)).lumbar is lumbar


@pytest.mark.parametrize(
    "changes",
    [
        {"body_part": "ABDOMEN", "study_text": "L-SPINE MRI"},
        {"body_part": "PELVIS", "study_text": "MRI Lumbar spine"},
        {"body_part": "HIP", "study_text": "요추 MRI"},
        {"body_part": "HEAD", "study_text": "L-SPINE"},
        {"body_part": "CSPINE", "study_text": "L-SPINE"},
        {"body_part": "SPINE CERVICAL", "study_text": "Lumbar spine"},
        {"body_part": "ABDOMEN", "study_text": "", "series_text": "AX T2 LSP"},
        {"body_part": "ABDOMEN", "study_text": "", "series_text": "T2 ax L1 to S1"},
        {"body_part": "ABDOMEN", "study_text": "", "protocol_text": "Lumbar^Routine"},
        {"body_part": "ABDOMEN", "study_text": "whole spine"},
        {"body_part": "HEAD", "study_text": "C-L spine"},
    ],
)
def test_a_text_that_names_the_lumbar_spine_outweighs_the_body_part(
    changes: dict[str, object],
) -> None:
    found = look(facts_of(**changes))
    assert found.lumbar
    assert found.region_disagrees


@pytest.mark.parametrize(
    "changes",
    [
        {"body_part": "ABDOMEN", "study_text": ""},
        {"body_part": "CSPINE", "study_text": "SPINE MRI"},
        {"body_part": "PELVIS", "study_text": "MR sacrum"},
        {"body_part": "HEAD", "study_text": "Brain + L-spine"},
        {"body_part": "CSPINE", "study_text": "경추 요추 MRI"},
        {"body_part": "CSPINE", "study_text": "whole spine"},
        {"body_part": "CSPINE", "study_text": "C-L spine"},
        {"body_part": "BRAIN", "study_text": "whole spine"},
        {"body_part": "HEAD", "study_text": "Spine total MRI"},
        {"body_part": "두경부", "study_text": "전척추 MRI"},
        {"body_part": "CHEST", "study_text": "GWS", "protocol_text": "ganze Wirbelsäule"},
        {"body_part": "ABDOMEN", "study_text": "MR ABDOMEN", "protocol_text": "L-SPINE"},
        {"body_part": "HEAD", "study_text": "L-SPINE", "series_text": "C-SPINE AX T2"},
    ],
)
def test_it_does_not_where_it_names_that_part_too_or_another_text_does(
    changes: dict[str, object],
) -> None:
    assert not look(facts_of(**changes)).lumbar


@pytest.mark.parametrize("body_part", ["LSPINE", "SPINE", "", "XYZ"])
def test_regions_that_do_not_disagree_are_not_said_to(body_part: str) -> None:
    assert not look(facts_of(body_part=body_part)).region_disagrees


@pytest.mark.parametrize(
    "changes",
    [{"image_type": ("ORIGINAL", "PRIMARY", "LOCALIZER")}, {"series_text": "3-Plane Loc"}],
)
def test_localizer(changes: dict[str, object]) -> None:
    assert look(facts_of(**changes)).localizer


@pytest.mark.parametrize(
    "changes", [{"scan_options": ("SP", "FS")}, {"series_text": "t2_tse_fs_tra"}]
)
def test_fat_suppression_by_tags_or_text(changes: dict[str, object]) -> None:
    assert look(facts_of(**changes)).fat_suppressed
    assert not look(facts_of(scan_options=("SP", "PFP"))).fat_suppressed


ANY_KIND = pytest.mark.parametrize("kind", ["ORIGINAL", "DERIVED"])


@ANY_KIND
@pytest.mark.parametrize(
    "words",
    [
        *(("F", "F", "DERIVED"), ("FF", "FF"), ("OP", "OP", "DERIVED"), ("DIXON", "FAT")),
        *(("DIXON", "OUT_PHASE"), ("DIXON", "OPP_PHASE"), ("DIXON", "OUT PHASE"), ("M", "OPP")),
        *(("DIXON", "FAT_FRACTION"), ("DIXON", "FAT FRACTION"), ("M", "DIXON", "FATFRAC")),
        *(("DIXON", "FAT_PERCENT"), ("DIXON", "FAT-ONLY"), ("M", "SE", "DIXON_FAT"), ("M", "DIXF")),
        *(("DIXON", "OPP_PH"), ("DIXON", "R2STAR"), ("M", "B0 MAP"), ("M", "T2_STAR")),
    ],
)
def test_fat_fat_fraction_and_out_of_phase_are_computed(kind: str, words: tuple[str, ...]) -> None:
    assert look(facts_of(image_type=(kind, "PRIMARY", *words))).computed


@ANY_KIND
@pytest.mark.parametrize(
    "words",
    [
        ("W", "W", "DERIVED"),
        ("DIXON", "WATER"),
        ("M", "WATER_ONLY"),
        ("M", "DIXW"),
        ("WATER_IMAGE",),
    ],
)
def test_water_is_fat_suppressed_and_not_computed(kind: str, words: tuple[str, ...]) -> None:
    found = look(facts_of(image_type=(kind, "PRIMARY", *words)))
    assert (found.computed, found.fat_suppressed) == (False, True)


@ANY_KIND
@pytest.mark.parametrize("words", [("IP", "IP", "DERIVED"), ("DIXON", "IN_PHASE"), ("M", "FS")])
def test_in_phase_is_a_picture_as_usual(kind: str, words: tuple[str, ...]) -> None:
    found = look(facts_of(image_type=(kind, "PRIMARY", *words)))
    assert (found.computed, found.fat_suppressed) == (False, False)


def test_the_two_values_before_are_no_parts_of_a_dixon_series() -> None:
    found = look(facts_of(image_type=("F", "W")))
    assert (found.computed, found.fat_suppressed) == (False, False)
