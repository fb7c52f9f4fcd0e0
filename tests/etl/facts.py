"""Header and label facts for tests of what is decided on them."""

from dataclasses import replace
from typing import Any

from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.labels.label import LabelFacts

_AXIAL_T2 = HeaderFacts(
    study_uid="1.2",
    series_uid="1.2.3",
    sop_uid="1.2.3.4",
    sop_class="1.2.840.10008.5.1.4.1.1.4",
    patient_id="P1",
    modality="MR",
    image_type=("ORIGINAL", "PRIMARY", "M", "ND"),
    body_part="LSPINE",
    study_text="L-SPINE",
    series_text="t2_tse_tra",
    protocol_text="",
    vendor="Siemens",
    scanning_sequence=("SE",),
    scan_options=(),
    sequence_name="",
    echo_time_ms=100.0,
    repetition_time_ms=4000.0,
    inversion_time_ms=None,
    diffusion=False,
    field_strength_t=1.5,
    slice_thickness_mm=4.0,
    orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    position_mm=(-100.0, -100.0, 40.0),
    row_mm=0.5,
    column_mm=0.5,
    burned_in=False,
    frames=1,
    samples=1,
    photometric="MONOCHROME2",
    rows=400,
    columns=400,
    bits_allocated=16,
    bits_stored=12,
    high_bit=11,
    signed=False,
    slope=1.0,
    intercept=0.0,
    modality_lut=False,
    syntax="1.2.840.10008.1.2.1",
    body_offset=300,
    pixel_tag=0x7FE0_0010,
    pixel_offset=1000,
    pixel_length=400 * 400 * 2,
)


def facts_of(**changes: Any) -> HeaderFacts:
    """Return the facts of a lumbar T2 axial slice that is accepted, changed."""
    return _AXIAL_T2._replace(**changes)


_HERNIATED_L4_5 = LabelFacts(
    patient="P1",
    age=60.0,
    sex="F",
    canal_width_mm=12.0,
    cells=(("6",), ("6",), ("6",), ("3",), ("6",)),
    flags=(),
    file_name=None,
    sop_uid=None,
)


def label_of(**changes: Any) -> LabelFacts:
    """Return what a sound label says of one disc, changed."""
    return replace(_HERNIATED_L4_5, **changes)
