"""Reads a header twice, ours and pydicom's: where both accept it, they must tell the same."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from io import BytesIO

from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR

from hnp_etl.dicom.header import HeaderFacts, read_header

TEXTS = {
    "study_uid": "StudyInstanceUID",
    "series_uid": "SeriesInstanceUID",
    "sop_uid": "SOPInstanceUID",
    "patient_id": "PatientID",
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "study_text": "StudyDescription",
    "series_text": "SeriesDescription",
    "photometric": "PhotometricInterpretation",
}
NUMBERS = {
    "echo_time_ms": "EchoTime",
    "repetition_time_ms": "RepetitionTime",
    "slice_thickness_mm": "SliceThickness",
    "field_strength_t": "MagneticFieldStrength",
    "slope": "RescaleSlope",
    "intercept": "RescaleIntercept",
}
WHOLE_NUMBERS = {
    "rows": "Rows",
    "columns": "Columns",
    "bits_allocated": "BitsAllocated",
    "bits_stored": "BitsStored",
    "high_bit": "HighBit",
    "frames": "NumberOfFrames",
    "samples": "SamplesPerPixel",
}
LISTS = {"orientation": "ImageOrientationPatient", "position_mm": "ImagePositionPatient"}

# What pydicom raises over damaged files: it declares no list of its own.
_PYDICOM_REFUSALS = (
    *(AttributeError, ArithmeticError, EOFError, LookupError, NotImplementedError, OSError),
    *(RecursionError, struct.error, TypeError, ValueError, zlib.error, BytesLengthException),
)


_BLANKS = "".join(map(chr, range(0x21)))
_UNREADABLE = "\ufffd"
"""What pydicom puts for bytes outside the character set, of which ours keeps Latin-1."""


class DisagreementError(Exception):
    """Two readers of one header tell different values."""


def compare_with_pydicom(data: bytes) -> None:
    """Read a header twice and compare.

    Raises:
        FileError: ours refuses it.
        DisagreementError: both accept it and a value differs.
    """
    facts = read_header(lambda start, count: data[start : start + count], len(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = _pydicom(data)
        if theirs is None or _has_groups(theirs):  # their first occurrence is compared elsewhere
            return
        found = [*_texts(facts, theirs), *_numbers(facts, theirs), *_place(facts, data)]
    if found:
        raise DisagreementError("; ".join(found))


def _texts(facts: HeaderFacts, theirs: Dataset) -> Iterator[str]:
    for name, keyword in TEXTS.items():
        value = _value(theirs, keyword)
        parts = list(value) if isinstance(value, MultiValue) else [value]
        joined, ours = "\\".join(map(str, parts)), getattr(facts, name) or ""
        readable = joined.isascii() or _has_charset(theirs, keyword, joined)
        texts = all(isinstance(part, str) for part in parts)
        if texts and readable and _plain(ours) != _plain(joined):
            yield f"{keyword}: ours {ours!r}, theirs {joined!r}"


def _numbers(facts: HeaderFacts, theirs: Dataset) -> Iterator[str]:
    for name, keyword in (NUMBERS | WHOLE_NUMBERS).items():
        value = _value(theirs, keyword)
        first = value[0] if isinstance(value, MultiValue) and value else value
        ours = getattr(facts, name)
        if isinstance(first, (int, float)) and ours is not None and float(first) != ours:
            yield f"{keyword}: ours {ours!r}, theirs {first!r}"
    for name, keyword in LISTS.items():
        value, ours = _value(theirs, keyword), getattr(facts, name)
        parts = list(value) if isinstance(value, MultiValue) else []
        numbers = all(isinstance(part, (int, float)) for part in parts)
        if parts and numbers and ours is not None and list(map(float, parts)) != [*ours]:
            yield f"{keyword}: ours {ours!r}, theirs {value!r}"


def _place(facts: HeaderFacts, data: bytes) -> Iterator[str]:
    whole = _pydicom(data, pixels=True)
    if whole is None or facts.pixel_tag is None or facts.pixel_length is None:
        return
    found = whole.get_item(facts.pixel_tag)
    offset = getattr(found, "value_tell", None)
    # Of two pixel data elements, pydicom takes the last and ours does not look beyond the first.
    if offset is not None and offset < (facts.pixel_offset or 0):
        yield f"pixel data: ours at {facts.pixel_offset}, theirs at {offset}"


def _pydicom(data: bytes, *, pixels: bool = False) -> FileDataset | None:
    try:
        return dcmread(BytesIO(data), stop_before_pixels=not pixels)
    except _PYDICOM_REFUSALS:
        return None


def _has_charset(theirs: Dataset, keyword: str, text: str) -> bool:
    """Tell whether pydicom reads such a text by the character set, and could."""
    if keyword not in theirs or _UNREADABLE in text:
        return False
    return str(theirs[keyword].VR) in CUSTOMIZABLE_CHARSET_VR


def _has_groups(theirs: Dataset) -> bool:
    return any(tag in theirs for tag in (0x5200_9229, 0x5200_9230))


def _value(theirs: Dataset, keyword: str) -> object:
    """Return a value, None when absent or when pydicom itself cannot read it."""
    try:
        return theirs[keyword].value
    except _PYDICOM_REFUSALS:
        return None


def _plain(text: str) -> str:
    return "\\".join(part.strip(_BLANKS) for part in text.upper().split("\\"))
