"""Claims about header facts: those of pydicom, for files made here and for real ones."""

import csv
import math
import struct
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from dicom_files import (
    BIG_ENDIAN,
    COMPRESSED,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG_LOSSLESS,
    RLE,
    UNCOMPRESSED,
    dicom_bytes,
    dicom_dataset,
    file_bytes,
    picture,
    without_syntax,
)
from hnp_etl.dicom.elements import inflate, read_elements
from hnp_etl.dicom.header import HeaderFacts, read_header
from hnp_etl.errors import FileError
from hnp_etl.limits import MAX_HEADER_BYTES
from hnp_shared.vocabulary import Reason, Vendor

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
MODEST = settings(derandomize=True, deadline=None, max_examples=120, database=None)


def facts_of(content: bytes) -> HeaderFacts:
    return read_header(lambda start, count: content[start : start + count], len(content))


def reason_of(content: bytes) -> Reason | None:
    try:
        facts_of(content)
    except FileError as error:
        return error.reason
    return None


def told_by_pydicom(dataset: Dataset) -> dict[str, object]:
    """Return what pydicom says, under the names of the facts."""

    def words(keyword: str) -> list[str]:
        value = dataset.get(keyword)
        if value is None:
            return []
        return [str(each) for each in (value if isinstance(value, MultiValue) else [value])]

    def text(keyword: str) -> str:
        return "\\".join(words(keyword)).strip("\0 ").strip()

    def upper(keyword: str) -> tuple[str, ...]:
        return (
            tuple(each.strip() for each in text(keyword).upper().split("\\"))
            if text(keyword)
            else ()
        )

    def number(keyword: str) -> float | None:
        try:
            found = [float(each) for each in words(keyword)]
        except ValueError:
            return None
        return found[0] if found and all(map(math.isfinite, found)) else None

    def size(keyword: str) -> float | None:
        found = number(keyword)
        return found if found is not None and found > 0 else None

    def numbers(keyword: str, count: int) -> tuple[float, ...] | None:
        found = tuple(float(each) for each in words(keyword))
        return found if len(found) == count else None

    return {
        "study_uid": text("StudyInstanceUID") or None,
        "series_uid": text("SeriesInstanceUID") or None,
        "sop_uid": text("SOPInstanceUID") or None,
        "patient_id": text("PatientID") or None,
        "modality": text("Modality").upper() or None,
        "image_type": upper("ImageType"),
        "study_text": text("StudyDescription"),
        "series_text": text("SeriesDescription"),
        "protocol_text": text("ProtocolName"),
        "field_strength_t": size("MagneticFieldStrength"),
        "photometric": text("PhotometricInterpretation").upper(),
        "samples": dataset.get("SamplesPerPixel", 1),
        "rows": dataset.get("Rows"),
        "columns": dataset.get("Columns"),
        "bits_allocated": dataset.get("BitsAllocated"),
        "bits_stored": dataset.get("BitsStored"),
        "high_bit": dataset.get("HighBit"),
        "signed": dataset.get("PixelRepresentation", 0) == 1,
        "modality_lut": bool(dataset.get("ModalityLUTSequence")),
        "burned_in": text("BurnedInAnnotation").upper() == "YES",
        "frames": int(number("NumberOfFrames") or 1),
    } | (
        {}
        if "SharedFunctionalGroupsSequence" in dataset
        else {
            "body_part": text("BodyPartExamined"),
            "scanning_sequence": upper("ScanningSequence"),
            "scan_options": upper("ScanOptions"),
            "sequence_name": text("SequenceName"),
            "inversion_time_ms": size("InversionTime"),
            "slope": 1.0 if number("RescaleSlope") is None else number("RescaleSlope"),
            "intercept": number("RescaleIntercept") or 0.0,
            "echo_time_ms": size("EchoTime"),
            "repetition_time_ms": size("RepetitionTime"),
            "slice_thickness_mm": size("SliceThickness"),
            "orientation": numbers("ImageOrientationPatient", 6),
            "position_mm": numbers("ImagePositionPatient", 3),
            "row_mm": (numbers("PixelSpacing", 2) or (None,))[0],
        }
    )


def assert_same(facts: HeaderFacts, dataset: Dataset) -> None:
    for name, expected in told_by_pydicom(dataset).items():
        assert getattr(facts, name) == expected, name


@pytest.mark.parametrize("syntax", [*UNCOMPRESSED, *COMPRESSED])
def test_facts_are_those_of_pydicom_in_every_syntax(syntax: str) -> None:
    content = dicom_bytes(
        syntax=syntax, RescaleSlope="2.5", RescaleIntercept="-7", ScanOptions="FS"
    )
    facts = facts_of(content)
    assert_same(facts, pydicom.dcmread(BytesIO(content)))
    assert facts.syntax == syntax
    assert (facts.slope, facts.intercept, facts.rows, facts.columns) == (2.5, -7.0, 40, 48)
    assert (facts.pixel_length is None) == (syntax in COMPRESSED)


@pytest.mark.parametrize("syntax", UNCOMPRESSED)
def test_the_offset_points_at_the_pixels(syntax: str) -> None:
    content = dicom_bytes(syntax=syntax)
    facts = facts_of(content)
    body = (
        inflate(content[facts.body_offset :], MAX_HEADER_BYTES) if syntax == DEFLATED else content
    )
    assert facts.pixel_offset is not None
    assert facts.pixel_length is not None
    found = body[facts.pixel_offset : facts.pixel_offset + facts.pixel_length]
    assert found == picture().astype(">u2" if syntax == BIG_ENDIAN else "<u2").tobytes()


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\\"),
    max_size=12,
)
CODE = st.text("ABCDEFGH_ 0123456789", max_size=16)
DECIMAL = st.floats(-1e6, 1e6).map(lambda value: f"{value:.10g}"[:16])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "ImageType": st.lists(CODE, max_size=5),
    "Modality": st.sampled_from(["MR", "CT", ""]),
    "StudyDescription": TEXT,
    "SeriesDescription": TEXT,
    "ProtocolName": TEXT,
    "PatientID": TEXT,
    "BodyPartExamined": CODE,
    "ScanningSequence": st.lists(st.sampled_from(["SE", "GR", "IR", "EP"]), max_size=3),
    "EchoTime": DECIMAL,
    "RepetitionTime": DECIMAL,
    "InversionTime": DECIMAL,
    "ImagePositionPatient": st.lists(DECIMAL, min_size=3, max_size=3),
    "RescaleSlope": DECIMAL,
    "RescaleIntercept": DECIMAL,
    "NumberOfFrames": st.integers(1, 99).map(str),
    "BurnedInAnnotation": st.sampled_from(["YES", "NO", ""]),
    "HighBit": st.integers(0, 65535),
    "ModalityLUTSequence": st.just([]),
}
NESTED_KEYWORDS = ["ReferencedImageSequence", "RequestAttributesSequence", "ModalityLUTSequence"]


def item(children: list[Dataset], undefined: bool) -> Dataset:
    """An item that holds what the top level holds too, private elements and further items."""
    made = Dataset()
    made.PatientID = "INNER"
    made.Rows = 7
    made.EchoTime = "1"
    block = made.private_block(0x0019, "MAKER", create=True)
    block.add_new(0x01, "OB", b"\xfe\xff\x00\xe0\xff\xff\xff\xff")  # looks like an item, is none
    block.add_new(0x02, "UN", b"\x01\x02\x03\x04")
    if children:
        made.ContentSequence = Sequence(children)
        made["ContentSequence"].is_undefined_length = undefined
    made.is_undefined_length_sequence_item = undefined
    return made


ITEMS = st.recursive(
    st.booleans().map(lambda undefined: item([], undefined)),
    lambda inner: st.builds(item, st.lists(inner, max_size=3), st.booleans()),
    max_leaves=6,
)


@MODEST
@given(
    st.sampled_from(UNCOMPRESSED),
    st.fixed_dictionaries({}, optional=VALUES),
    st.dictionaries(st.sampled_from(NESTED_KEYWORDS), st.lists(ITEMS, max_size=3)),
    st.booleans(),
)
def test_generated_headers_read_as_pydicom_reads_them(
    syntax: str, attributes: dict[str, Any], nested: dict[str, list[Dataset]], undefined: bool
) -> None:
    dataset = dicom_dataset(syntax=syntax, **attributes)
    for keyword, items in nested.items():
        setattr(dataset, keyword, Sequence(items))
        dataset[keyword].is_undefined_length = undefined
    block = dataset.private_block(0x0011, "MAKER", create=True)
    block.add_new(0x01, "SQ", [item([], undefined)])
    block.add_new(0x02, "LO", "private")
    content = file_bytes(dataset, syntax)
    assert_same(facts_of(content), pydicom.dcmread(BytesIO(content)))


def test_what_stands_within_sequences_is_not_the_images() -> None:
    dataset = dicom_dataset(PatientID=None, Rows=None)
    dataset.ReferencedImageSequence = Sequence([item([item([], True)], False)])
    facts = facts_of(file_bytes(dataset))
    assert (facts.patient_id, facts.rows) == (None, None)


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED])
def test_an_empty_element_is_no_element(syntax: str) -> None:
    empty = facts_of(
        dicom_bytes(
            syntax=syntax, ModalityLUTSequence=[], RescaleSlope="", EchoTime="", Modality=""
        )
    )
    absent = facts_of(dicom_bytes(syntax=syntax, EchoTime=None, Modality=None))
    assert (empty.modality_lut, empty.slope, empty.echo_time_ms, empty.modality) == (
        *(False, 1.0, None, None),
    )
    assert (absent.modality_lut, absent.slope, absent.echo_time_ms, absent.modality) == (
        *(False, 1.0, None, None),
    )


def test_a_modality_lut_is_noticed() -> None:
    for syntax in UNCOMPRESSED:
        assert facts_of(
            dicom_bytes(syntax=syntax, ModalityLUTSequence=[item([], True)])
        ).modality_lut


def test_enhanced_images_give_the_facts_of_their_first_frame() -> None:
    orientation, position, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
    position.ImagePositionPatient = ["1", "2", "3"]
    measures.PixelSpacing, measures.SliceThickness = ["0.7", "0.8"], "3.5"
    echo, timing, diffusion, shared = Dataset(), Dataset(), Dataset(), Dataset()
    echo.EffectiveEchoTime = 85.5
    timing.RepetitionTime = "2500"
    diffusion.DiffusionBValue = 800.0
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    shared.MREchoSequence, shared.MRDiffusionSequence = [echo], [diffusion]
    shared.MRTimingAndRelatedParametersSequence = [timing]
    frames = []
    for number in range(3):
        position = Dataset()
        position.ImagePositionPatient = ["1", "2", str(number)]
        frame = Dataset()
        frame.PlanePositionSequence = [position]
        frames.append(frame)
    absent = ("EchoTime", "RepetitionTime", "ImageOrientationPatient", "ImagePositionPatient")
    without: dict[str, Any] = dict.fromkeys([*absent, "PixelSpacing", "SliceThickness"])
    dataset = dicom_dataset(NumberOfFrames="3", **without)
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = frames
    facts = facts_of(file_bytes(dataset))
    assert facts.orientation == (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
    assert facts.position_mm == (1.0, 2.0, 0.0)
    assert (facts.row_mm, facts.column_mm, facts.slice_thickness_mm) == (0.7, 0.8, 3.5)
    assert (facts.echo_time_ms, facts.repetition_time_ms) == (85.5, 2500)
    assert facts.diffusion
    assert facts.frames == 3


@pytest.mark.parametrize(
    ("maker", "vendor"),
    [
        ("SIEMENS", Vendor.SIEMENS),
        ("Siemens Healthineers", Vendor.SIEMENS),
        ("Philips Medical Systems", Vendor.PHILIPS),
        ("GE MEDICAL SYSTEMS", Vendor.GE),
        ("GE", Vendor.GE),
        ("TOSHIBA_MEC", Vendor.CANON),
        ("Canon Medical Systems", Vendor.CANON),
        ("UIH", Vendor.UNITED_IMAGING),
        ("Acme of SECRET Hospital", Vendor.OTHER),
        ("General Images", Vendor.OTHER),
        ("", None),
        ("  ", None),
        ("\u00a0", None),
        ("\u3000\u3000", None),
        (None, None),
    ],
)
def test_the_maker_comes_from_a_closed_list(maker: str | None, vendor: Vendor | None) -> None:
    assert facts_of(dicom_bytes(Manufacturer=maker)).vendor == vendor


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        (b"ISO_IR 192", "환자".encode(), "환자"),
        (b"ISO_IR 100", b"M\xfcller", "Müller"),
        (b"\\ISO 2022 IR 149", b"\x1b$)C\xc8\xaf\xc0\xda", "환자"),
        (b"", b"\xff", "ÿ"),
        (b"ISO_IR 192", b"\xff1", "ÿ1"),
        (b"ISO_IR 192", b"\xfe1", "þ1"),
        (b"ISO_IR 192", "요추 T2 축상".encode(), "요추 T2 축상"),
        (b"NO SUCH SET", b"M\xfcller", "Müller"),
        (b"ISO_IR 100", b"A\x1bZB", "A\x1bZB"),
        (b"ISO_IR 100", b"A\x1b$)C\xc8\xff", "A\x1b$)CÈÿ"),
    ],
)
def test_texts_are_decoded_and_undecodable_ones_stay_different(
    charset: bytes, raw: bytes, text: str
) -> None:
    content = dicom_bytes(SpecificCharacterSet=None, PatientID=None)
    inserted = element(0x0008, 0x0005, b"CS", charset), element(0x0010, 0x0020, b"LO", raw)
    first = content.index(struct.pack("<HH", 0x0008, 0x0008))
    later = content.index(struct.pack("<HH", 0x0018, 0x0015))
    changed = content[:first] + inserted[0] + content[first:later] + inserted[1] + content[later:]
    assert facts_of(changed).patient_id == text


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


@pytest.mark.parametrize("written", ["1e999", "1e39", "inf", "nan", "1,5", "a"])
@pytest.mark.parametrize("tag", [(0x0028, 0x1052), (0x0028, 0x1053), (0x0028, 0x0008)])
def test_a_number_that_pixels_depend_on_must_be_finite(written: str, tag: tuple[int, int]) -> None:
    content = dicom_bytes()
    at = content.index(struct.pack("<HH", 0x7FE0, 0x0010))
    changed = content[:at] + element(*tag, b"DS", written.encode()) + content[at:]
    assert reason_of(changed) is Reason.BAD_HEADER


@pytest.mark.parametrize("written", ["1e999", "inf", "nan", "a", "", "1\\2"])
def test_any_other_number_that_cannot_be_read_is_absent(written: str) -> None:
    content = dicom_bytes(
        EchoTime=None, ImagePositionPatient=None, PixelSpacing=None, SliceThickness=None
    )
    at = content.index(struct.pack("<HH", 0x0018, 0x0087))
    for tag in [(0x0018, 0x0050), (0x0020, 0x0032)]:
        changed = content[:at] + element(*tag, b"DS", written.encode()) + content[at:]
        assert facts_of(changed).position_mm is None
    assert facts_of(content).echo_time_ms is None
    assert facts_of(content).row_mm is None


@pytest.mark.parametrize("written", ["0", "0.0", "-0", "-1", "-0.5", "0E+00"])
@pytest.mark.parametrize(
    ("keyword", "name"),
    [
        ("EchoTime", "echo_time_ms"),
        ("RepetitionTime", "repetition_time_ms"),
        ("InversionTime", "inversion_time_ms"),
        ("MagneticFieldStrength", "field_strength_t"),
        ("SliceThickness", "slice_thickness_mm"),
    ],
)
def test_what_is_zero_or_less_was_not_known(keyword: str, name: str, written: str) -> None:
    unknown: dict[str, Any] = {keyword: written}
    small: dict[str, Any] = {keyword: "0.1"}
    assert getattr(facts_of(dicom_bytes(**unknown)), name) is None
    assert getattr(facts_of(dicom_bytes(**small)), name) == 0.1


def test_an_echo_time_of_zero_leaves_the_effective_one() -> None:
    content = dicom_bytes(EchoTime="0", EffectiveEchoTime=85.5)
    assert facts_of(content).echo_time_ms == 85.5
    assert facts_of(dicom_bytes(EchoTime=None, EffectiveEchoTime=0.0)).echo_time_ms is None


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
@pytest.mark.parametrize("columns", [48, 47], ids=["even", "padded"])
def test_pixels_of_the_exact_length_tell_the_syntax_of_a_file_that_names_none(
    syntax: str, columns: int
) -> None:
    pixels = picture(41, columns).astype("u1")
    content = without_syntax(dicom_bytes(pixels, syntax=syntax))
    assert facts_of(content).syntax == syntax


@pytest.mark.parametrize("change", [-2, 2])
def test_pixels_of_another_length_do_not(change: int) -> None:
    content = without_syntax(dicom_bytes())
    at = content.index(struct.pack("<HH", 0x7FE0, 0x0010) + b"OW") + 8
    length = int.from_bytes(content[at : at + 4], "little") + change
    changed = content[:at] + length.to_bytes(4, "little") + content[at + 4 :]
    assert facts_of(changed + b"\0\0").syntax is None
    assert facts_of(without_syntax(dicom_bytes(syntax=RLE))).syntax is None


def test_a_number_beyond_float32_is_absent() -> None:
    assert facts_of(dicom_bytes(EchoTime="1e39", SliceThickness="-1e300")).echo_time_ms is None
    assert facts_of(dicom_bytes(EchoTime="3e38")).echo_time_ms == 3e38


@pytest.mark.parametrize("spacing", [["0", "0"], ["-1", "1"], ["0.5", "0"]])
def test_a_spacing_that_is_no_size_is_absent(spacing: list[str]) -> None:
    facts = facts_of(dicom_bytes(PixelSpacing=spacing))
    assert (facts.row_mm, facts.column_mm) == (None, None)


@pytest.mark.parametrize(
    ("keyword", "tag", "vr", "value"),
    [
        ("Rows", (0x0028, 0x0010), b"IS", b"40"),
        ("RescaleSlope", (0x0028, 0x1053), b"US", b"\0\0"),
        ("NumberOfFrames", (0x0028, 0x0008), b"IS", b"1.5 "),
    ],
)
def test_a_number_that_pixels_depend_on_is_what_it_is_said_to_be(
    keyword: str, tag: tuple[int, int], vr: bytes, value: bytes
) -> None:
    content = dicom_bytes(**{keyword: None})  # type: ignore[arg-type]  # an attribute left out
    at = content.index(struct.pack("<HH", 0x7FE0, 0x0010))
    changed = content[:at] + element(*tag, vr, value) + content[at:]
    assert reason_of(changed) is Reason.BAD_HEADER


def test_any_other_value_that_is_said_to_be_binary_is_absent() -> None:
    content = dicom_bytes(PatientID=None, EchoTime=None)
    at = content.index(struct.pack("<HH", 0x7FE0, 0x0010))
    binary = element(0x0010, 0x0020, b"UL", b"P001") + element(0x0018, 0x0081, b"UL", b"4000")
    found = facts_of(content[:at] + binary + content[at:])
    assert (found.patient_id, found.echo_time_ms) == (None, None)


def test_rows_of_another_width_than_two_bytes_are_a_bad_header() -> None:
    content = dicom_bytes(Rows=None)
    at = content.index(struct.pack("<HH", 0x0028, 0x0011))
    changed = content[:at] + element(0x0028, 0x0010, b"UL", b"\1\0\0\0") + content[at:]
    assert reason_of(changed) is Reason.BAD_HEADER


def test_facts_come_back_from_the_state_as_they_were() -> None:
    for content in (dicom_bytes(), dicom_bytes(syntax=DEFLATED, PatientID="환자", Rows=None)):
        facts = facts_of(content)
        assert HeaderFacts.from_json(facts.to_json()) == facts


real_files = pytest.mark.skipif(
    not (CORPUS / "corpus.csv").is_file(),
    reason="the corpus of real files is not beside the project",
)
RAW_TAGS = frozenset(
    {0x0008_0008, 0x0008_0016, 0x0008_0018, 0x0008_0060, 0x0008_103E, 0x0010_0020, 0x0018_0015}
    | {0x0018_0080, 0x0018_0081, 0x0020_000D, 0x0020_0037, 0x0028_0010, 0x0028_0100}
)


def corpus_paths() -> list[Path]:
    with (CORPUS / "corpus.csv").open(encoding="utf-8") as file:
        return [CORPUS / row["path"] for row in csv.DictReader(file)]


@real_files
@pytest.mark.filterwarnings("ignore")  # pydicom's, about the files
def test_real_headers_read_as_pydicom_reads_them() -> None:
    compared = 0
    for path in corpus_paths():
        content = path.read_bytes()
        if reason_of(content) is not None:
            continue
        dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
        try:
            assert_same(facts_of(content), dataset)
        except AssertionError as error:
            raise AssertionError(path.name) from error
        compared += 1
    assert compared >= 243


@real_files
@pytest.mark.filterwarnings("ignore")  # pydicom's, about the files
def test_values_of_real_headers_are_pydicoms_byte_for_byte() -> None:
    refused = set()
    for path in corpus_paths():
        content = path.read_bytes()
        if reason_of(content) is not None:
            refused.add(path.name)
            continue
        found = read_elements(
            lambda start, count: content[start : start + count],  # noqa: B023  # read at once
            len(content),
            RAW_TAGS,
            {},
        ).values
        dataset = pydicom.dcmread(BytesIO(content), stop_before_pixels=True)
        raw = {tag: dataset.get_item(tag).value for tag in RAW_TAGS if tag in dataset}
        expected = {tag: value for tag, value in raw.items() if isinstance(value, bytes) and value}
        assert {tag: found[tag].value for tag in found.keys() & RAW_TAGS} == expected, path.name
    assert len(refused) <= 7
    assert "GH1339.dcm" not in refused


@pytest.mark.parametrize("syntax", [EXPLICIT, JPEG_LOSSLESS])
def test_a_header_cut_anywhere_is_told_whole_or_refused(syntax: str) -> None:
    whole = dicom_bytes(syntax=syntax)
    facts = facts_of(whole)
    for end in range(facts.pixel_offset or 0, len(whole), 5):
        assert facts_of(whole[:end]) == facts


@MODEST
@given(st.binary(max_size=300))
def test_any_bytes_behind_a_prefix_are_told_or_refused(content: bytes) -> None:
    found = reason_of(b"\0" * 128 + b"DICM" + content)
    assert found in (None, Reason.BAD_HEADER, Reason.TOO_DEEP)
