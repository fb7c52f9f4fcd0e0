"""Hospital folders with the marker wherever a file can hold a text, some sound and some not."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from canary.marker import MARKER
from dicom_files import RLE, dicom_bytes, file_bytes, picture

PATIENTS = 24
TEXT_KINDS = frozenset({"LO", "SH", "PN", "LT", "ST", "UT", "UC"})
FEWEST_ATTRIBUTES = 400


def marked(number: int, **attributes: object) -> tuple[bytes, int]:
    """Return a DICOM file with the marker in every text attribute, and how many there are."""
    options: dict[str, object] = {
        "SOPInstanceUID": f"2.25.{number}",
        "StudyInstanceUID": f"2.25.9{number // 2}",
        "SeriesInstanceUID": f"2.25.8{number // 2}",
        **attributes,
    }
    plain = dicom_bytes(picture(seed=number), bits_stored=12, **options)  # type: ignore[arg-type]
    dataset = pydicom.dcmread(BytesIO(plain))
    marks = 0
    for tag, (kind, _, _, _, keyword) in DicomDictionary.items():
        group = tag >> 16
        if kind in TEXT_KINDS and keyword and group % 2 == 0 and 2 < group < 0x7FE0:
            setattr(dataset, keyword, MARKER)
            marks += 1
    dataset.SeriesDescription = f"{MARKER} t2 tra"
    dataset.PatientID = f"{MARKER}-{number // 2}"
    dataset.PatientBirthDate = "19870605"
    nested, deeper = Dataset(), Dataset()
    deeper.PatientName = deeper.InstitutionName = nested.PatientName = MARKER
    nested.ReferencedStudySequence = Sequence([deeper])
    dataset.ReferencedPatientSequence = Sequence([nested])
    private = dataset.private_block(0x0029, MARKER, create=True)
    private.add_new(1, "LO", MARKER)
    private.add_new(2, "OB", MARKER.encode("utf-16-le"))
    private.add_new(3, "SQ", Sequence([nested]))
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    return MARKER.encode().ljust(128, b"\0") + file_bytes(dataset, syntax)[128:], marks


def marked_label(number: int, **fields: object) -> dict[str, object]:
    """Return a label with the marker in keys and values; every third tells age and sex badly."""
    badly = number % 3 == 0
    return {
        "Patient_ID": f"{MARKER}-{number // 2}",
        MARKER: {MARKER: [MARKER, {MARKER: MARKER}]},
        "Name": MARKER,
        "Age": MARKER if badly else 30 + 5 * (number // 2 % 14),
        "Sex": MARKER if badly else "FM"[number // 2 % 2],
        "Spinal_Canal": MARKER if badly else 9 + number % 5,
        **dict.fromkeys(("L1-2", "L2-3", "L3-4", "L5-S1"), 6),
        "L4-5": 1 + (number // 2) % 2 * 2,
        **fields,
    }


def plant(source: Path) -> int:
    """Write sound slices and a dozen unusable files; return the fewest marks of one file."""
    marks = []
    for number in range(2 * PATIENTS):
        folder = source / f"{MARKER} Training" / f"H0{1 + number // 2 % 3} {MARKER}" / "C004"
        folder.mkdir(parents=True, exist_ok=True)
        content, count = marked(number)
        _write(folder, f"{MARKER}_{number}", content, marked_label(number))
        marks.append(count)
    _plant_errors(source / f"{MARKER} Training" / f"H01 {MARKER}" / "C004")
    return min(marks)


def _write(folder: Path, stem: str, image: bytes, label: dict[str, object] | bytes) -> None:
    text = label if isinstance(label, bytes) else json.dumps(label, ensure_ascii=False).encode()
    (folder / f"{stem}.dcm").write_bytes(image)
    (folder / f"{stem}.json").write_bytes(text)


def _plant_errors(folder: Path) -> None:
    whole, _ = marked(900)
    changed: dict[str, Callable[[int], bytes]] = {
        "TRUNCATED": lambda _: whole[:-50],
        "NOT_DICOM": lambda _: MARKER.encode() * 100,
        "FLAT_IMAGE": lambda number: marked(number, RescaleSlope="0", RescaleIntercept="0")[0],
        "BAD_HEADER": lambda number: marked(number, RescaleSlope="7777")[0].replace(
            b"7777", b"nan "
        ),
        "BURNED_IN": lambda number: marked(number, BurnedInAnnotation="YES")[0],
        "DERIVED": lambda number: marked(number, ImageType=["DERIVED", "SECONDARY"])[0],
        "NOT_MR": lambda number: marked(number, Modality="CT")[0],
        "CRASHED": lambda number: marked(number, syntax=RLE)[0],
    }
    for number, (reason, make) in enumerate(changed.items(), 910):
        _write(folder, f"{MARKER}_{reason}", make(number), marked_label(number))
    labels: dict[str, bytes] = {
        "BAD_JSON": f'{{"L4-5": {MARKER}'.encode(),
        "BAD_ENCODING": MARKER.encode("utf-8") + b"\xff\xfe\x81",
        "DUPLICATE_KEY": f'{{"{MARKER}": 1, "{MARKER}": 2}}'.encode(),
        "FIELD_CONFLICT": json.dumps(marked_label(1, age=MARKER, Age=60, 나이=61)).encode(),
        "CODE_UNMAPPED": json.dumps(marked_label(2, **{"L4-5": MARKER})).encode(),
        "BAD_VALUE": json.dumps(marked_label(4, **{"L4-5": {MARKER: 3}})).encode(),
    }
    for number, (reason, label) in enumerate(labels.items(), 930):
        _write(folder, f"{MARKER}_{reason}", marked(number)[0], label)
