"""The header reader agrees with pydicom, and refuses what it cannot trust."""

import csv
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_files import (
    BIG_ENDIAN,
    COMPRESSED,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG_LOSSLESS,
    UNCOMPRESSED,
    dicom_bytes,
    file_bytes,
)
from hnp_etl.elements import read_elements
from hnp_etl.errors import FileError
from hnp_etl.header import HeaderFacts, read_header
from hnp_shared.vocabulary import Reason

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
TAGS = {
    *(0x0008_0008, 0x0008_0016, 0x0008_0018, 0x0008_0060, 0x0008_103E, 0x0010_0020),
    *(0x0018_0015, 0x0018_0080, 0x0018_0081, 0x0020_000D, 0x0020_0037, 0x0028_0010, 0x0028_0100),
}


def read(content: bytes) -> HeaderFacts:
    return read_header(lambda start, count: content[start : start + count], len(content))


def outcome(content: bytes) -> HeaderFacts | Reason:
    try:
        return read(content)
    except FileError as error:
        return error.reason


def by_pydicom(content: bytes) -> dict[int, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=True, force=True)
        found = {tag: dataset.get_item(tag).value for tag in TAGS if tag in dataset}
    return {tag: value for tag, value in found.items() if isinstance(value, bytes) and value}


def by_us(content: bytes) -> dict[int, bytes]:
    elements = read_elements(
        lambda start, count: content[start : start + count],
        len(content),
        frozenset(TAGS),
        frozenset(),
    )
    return {tag: value for tag, value in elements.values.items() if tag in TAGS}


@pytest.mark.parametrize("syntax", [*UNCOMPRESSED, *COMPRESSED])
def test_values_are_those_of_pydicom_in_every_syntax(syntax: str) -> None:
    content = dicom_bytes(syntax=syntax)
    assert by_us(content) == by_pydicom(content)
    assert read(content).rows == 40


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not there")
def test_values_are_those_of_pydicom_on_every_corpus_file() -> None:
    with (CORPUS / "corpus.csv").open(encoding="utf-8") as file:
        paths = [CORPUS / row["path"] for row in csv.DictReader(file)]
    refused, compared = set(), 0
    for path in paths:
        content = path.read_bytes()
        if isinstance(outcome(content), Reason):
            refused.add(path.name)
            continue
        assert by_us(content) == by_pydicom(content), path.name
        compared += 1
    assert compared >= 243
    assert "GH1339.dcm" not in refused


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG_ENDIAN])
@pytest.mark.parametrize("undefined", [True, False], ids=["undefined", "defined"])
def test_sequences_before_and_after_are_skipped(syntax: str, undefined: bool) -> None:
    inner = Dataset()
    inner.PatientID = "someone else"
    inner.Rows = 7
    outer = Dataset()
    outer.ReferencedSOPInstanceUID = "1.2"
    outer.PurposeOfReferenceCodeSequence = Sequence([inner, inner])
    sequence = Sequence([outer, outer])
    dataset = pydicom.dcmread(BytesIO(dicom_bytes(syntax=syntax)))
    dataset.ReferencedImageSequence = sequence
    dataset.RequestAttributesSequence = Sequence([inner])
    dataset.add_new(0x0029_0010, "LO", "A MAKER")
    dataset.add_new(0x0029_1010, "UN", b"\x01" * 3000)
    for element in (dataset["ReferencedImageSequence"], dataset["RequestAttributesSequence"]):
        element.is_undefined_length = undefined
    facts = read(file_bytes(dataset, syntax))
    assert (facts.patient_id, facts.rows) == ("P001", 40)


def nested(depth: int, *, undefined: bool) -> bytes:
    """Return an explicit sequence within a sequence, so many times."""
    value = b""
    for _ in range(depth):
        if undefined:
            item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + value + b"\xfe\xff\x0d\xe0\0\0\0\0"
            end = b"\xfe\xff\xdd\xe0\0\0\0\0"
            value = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + item + end
        else:
            item = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(value)) + value
            value = b"\x08\x00\x40\x11SQ\0\0" + struct.pack("<I", len(item)) + item
    return value


@pytest.mark.parametrize("undefined", [True, False], ids=["undefined", "defined"])
@pytest.mark.parametrize(("depth", "deep"), [(64, False), (65, True), (199, True)])
def test_sequences_nest_64_deep_and_no_deeper(depth: int, deep: bool, undefined: bool) -> None:
    whole = dicom_bytes()
    place = whole.index(b"\x08\x00\x60\x00CS")  # Modality, before which 0008,1140 would not go
    found = outcome(whole[:place] + nested(depth, undefined=undefined) + whole[place:])
    assert (found is Reason.TOO_DEEP) is deep
    assert deep or isinstance(found, HeaderFacts)


def test_a_file_without_preamble_is_no_dicom() -> None:
    assert outcome(dicom_bytes()[128:]) is Reason.NOT_DICOM
    assert outcome(b"") is Reason.NOT_DICOM
    assert outcome(b"\0" * 200) is Reason.NOT_DICOM


def test_a_deflate_bomb_is_a_bad_header() -> None:
    head = dicom_bytes(syntax=DEFLATED)
    body = head.index(DEFLATED.encode()) + len(DEFLATED) + 1  # padded
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(b"\0" * 2**20) for _ in range(300)) + packer.flush()
    assert outcome(head[:body] + bomb) is Reason.BAD_HEADER


def test_a_header_cut_anywhere_is_told_whole_or_refused() -> None:
    whole = dicom_bytes(syntax=JPEG_LOSSLESS)
    facts = read(whole)
    for end in range(len(whole)):
        found = outcome(whole[:end])
        if isinstance(found, HeaderFacts) and found.pixel_offset is not None:
            assert found == facts, end
        else:
            assert isinstance(found, HeaderFacts) or found in (
                *(Reason.NOT_DICOM, Reason.BAD_HEADER),
            )


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.integers(132, 900), st.binary(min_size=1, max_size=6))
def test_damage_anywhere_is_told_or_refused(place: int, damage: bytes) -> None:
    whole = dicom_bytes()
    found = outcome(whole[:place] + damage + whole[place + len(damage) :])
    assert isinstance(found, HeaderFacts) or found in (
        *(Reason.NOT_DICOM, Reason.BAD_HEADER, Reason.TOO_DEEP),
    )


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_prefix_are_told_or_refused(content: bytes) -> None:
    found = outcome(b"\0" * 128 + b"DICM" + content)
    assert isinstance(found, HeaderFacts) or found in (Reason.BAD_HEADER, Reason.TOO_DEEP)


@pytest.mark.parametrize(
    ("keyword", "value", "field", "expected"),
    [
        ("Manufacturer", "GE MEDICAL SYSTEMS", "vendor", "GE"),
        ("Manufacturer", "Siemens Healthineers", "vendor", "Siemens"),
        ("Manufacturer", "TOSHIBA_MEC", "vendor", "Canon"),
        ("Manufacturer", "Doctor Kim's scanner", "vendor", "other"),
        ("Manufacturer", None, "vendor", None),
        ("PatientID", " 007 ", "patient_id", "007"),
        ("PatientID", "", "patient_id", None),
        ("EchoTime", "", "echo_time_ms", None),
        ("SeriesDescription", "요추 T2 축상", "series_text", "요추 T2 축상"),
        ("BurnedInAnnotation", "YES", "burned_in", True),
        ("NumberOfFrames", "12", "frames", 12),
        ("PixelSpacing", None, "row_mm", None),
        ("PixelSpacing", ["0", "1"], "row_mm", None),
        ("RescaleSlope", "2.5", "slope", 2.5),
    ],
)
def test_facts(keyword: str, value: object, field: str, expected: object) -> None:
    assert getattr(read(dicom_bytes(**{keyword: value})), field) == expected  # type: ignore[arg-type]


def test_korean_text_by_its_escape_sequence() -> None:
    dataset = pydicom.dcmread(BytesIO(dicom_bytes()))
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 149"]
    dataset.SeriesDescription = "요추"
    assert read(file_bytes(dataset)).series_text == "요추"


@pytest.mark.parametrize("value", [b"nan ", b"inf ", b"1,5 ", b"abc "])
def test_a_slope_that_is_no_number_is_a_bad_header(value: bytes) -> None:
    content = dicom_bytes(RescaleSlope="7777").replace(b"7777", value)
    assert outcome(content) is Reason.BAD_HEADER


def test_functional_groups_of_an_enhanced_image_tell_the_orientation() -> None:
    plane, measures, group = Dataset(), Dataset(), Dataset()
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing = [0.5, 0.5]
    group.PlaneOrientationSequence = Sequence([plane])
    group.PixelMeasuresSequence = Sequence([measures])
    dataset = pydicom.dcmread(BytesIO(dicom_bytes(ImageOrientationPatient=None, PixelSpacing=None)))
    dataset.SharedFunctionalGroupsSequence = Sequence([group])
    facts = read(file_bytes(dataset))
    assert (facts.orientation, facts.row_mm) == ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 0.5)


def test_facts_survive_the_state() -> None:
    facts = read(dicom_bytes(SeriesDescription="요추", syntax=JPEG_LOSSLESS))
    assert HeaderFacts.from_json(facts.to_json()) == facts
