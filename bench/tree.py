"""A tree of hospital folders that costs little to make and much to read: noise with real headers.

Images are 16-bit MR of one size, uncompressed, distinct from file to file. Headers have the sizes
that vendors' have: the private groups of one maker hold some 80 KB, those of another 2 KB.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage

IMAGES_FOLDER, LABELS_FOLDER = "원천데이터", "라벨링데이터"
LEVELS = ("L1-2", "L2-3", "L3-4", "L4-5", "L5-S1")
IMAGES_A_PATIENT = 20
CHOSEN_A_PATIENT = 10
_POOL = 1 << 23
LONG_AGO_S = 1_600_000_000
_AXIAL, _SAGITTAL = ("1", "0", "0", "0", "1", "0"), ("0", "1", "0", "0", "0", "-1")


@dataclass(frozen=True, slots=True)
class Maker:
    """A scanner of one hospital.

    Attributes:
        private: group, creator and size of each private element, bytes.
    """

    hospital: str
    manufacturer: str
    syntax: str
    private: tuple[tuple[int, str, int], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """What the images of one series have in common; ``per_level`` of them show each disc."""

    name: str
    orientation: tuple[str, ...]
    echo_ms: str
    repetition_ms: str
    images: int
    per_level: int


_EXPLICIT, _IMPLICIT = str(ExplicitVRLittleEndian), str(ImplicitVRLittleEndian)
_CSA = ((0x0029, "SIEMENS CSA HEADER", 11_000), (0x0029, "SIEMENS CSA HEADER", 66_000))
_GE = ((0x0009, "GEMS_IDEN_01", 200), (0x0019, "GEMS_ACQU_01", 600), (0x0043, "GEMS_PARM_01", 900))
_PHILIPS = ((0x2001, "Philips Imaging DD 001", 900), (0x2005, "Philips MR Imaging DD 001", 3_000))
MAKERS = (
    Maker("H01", "SIEMENS", _EXPLICIT, _CSA),
    Maker("H02", "GE MEDICAL SYSTEMS", _EXPLICIT, _GE),
    Maker("H03", "Philips Medical Systems", _EXPLICIT, _PHILIPS),
    Maker("H04", "GE MEDICAL SYSTEMS", _IMPLICIT, _GE),
    Maker("H05", "SIEMENS", _EXPLICIT, _CSA),
    Maker("H06", "Philips Medical Systems", _IMPLICIT, _PHILIPS),
)
SERIES = (
    Series("t2_tse_tra", _AXIAL, "100", "4000", 10, 2),
    Series("t2_tse_sag", _SAGITTAL, "95", "3500", 5, 0),
    Series("t1_tse_tra", _AXIAL, "12", "600", 5, 0),
)

_LAST_OF_SERIES = tuple(accumulate(series.images for series in SERIES))
_CONSTANT: Mapping[str, object] = {
    "SpecificCharacterSet": "ISO_IR 192",
    "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
    "InstanceCreationDate": "20200102",
    "InstanceCreationTime": "101112.131415",
    "SOPClassUID": MRImageStorage,
    "StudyDate": "20200102",
    "SeriesDate": "20200102",
    "AcquisitionDate": "20200102",
    "StudyTime": "101112.131415",
    "Modality": "MR",
    "InstitutionName": "INVENTED HOSPITAL",
    "ReferringPhysicianName": "INVENTED^REFERRER",
    "StudyDescription": "L-SPINE",
    "ManufacturerModelName": "INVENTED",
    "BodyPartExamined": "LSPINE",
    "ScanningSequence": "SE",
    "SequenceVariant": ["SK", "SP"],
    "MRAcquisitionType": "2D",
    "SequenceName": "*tse2d1_17",
    "SliceThickness": "4",
    "NumberOfAverages": "2",
    "ImagingFrequency": "63.68",
    "MagneticFieldStrength": "1.5",
    "SpacingBetweenSlices": "4.4",
    "EchoTrainLength": 17,
    "PixelBandwidth": "190",
    "SoftwareVersions": "1.0",
    "FlipAngle": "150",
    "PatientPosition": "HFS",
    "StudyID": "1",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "PixelSpacing": ["0.4", "0.4"],
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "WindowCenter": "2048",
    "WindowWidth": "4096",
}


def make_tree(folder: Path, patients: int, side: int) -> None:
    """Write ``folder``/src with so many patients, and ``folder``/chosen, links to what is kept.

    ``folder``/chosen.json lists the kept images and where their pixels begin: for programs that
    are given the choice instead of making it. What an earlier call made whole stays.
    """
    wanted = {"patients": patients, "side": side}
    listing = folder / "chosen.json"
    if listing.exists() and json.loads(listing.read_text(encoding="utf-8"))["sizes"] == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pool = np.random.default_rng(0).integers(0, 4096, _POOL, dtype=np.uint16)
    chosen: list[dict[str, object]] = []
    for patient in range(patients):
        chosen += _write_patient(folder, patient, side, pool)
    listing.write_text(json.dumps({"sizes": wanted, "chosen": chosen}), encoding="utf-8")


def _write_patient(
    folder: Path, patient: int, side: int, pool: "np.ndarray[tuple[int], np.dtype[np.uint16]]"
) -> list[dict[str, object]]:
    maker = MAKERS[patient % len(MAKERS)]
    below = Path(maker.hospital) / "C004" / f"P{patient:05d}"
    folders = [folder / "src" / name / below for name in (IMAGES_FOLDER, LABELS_FOLDER)]
    for each in folders:
        each.mkdir(parents=True)
    chosen: list[dict[str, object]] = []
    places = [(each, place) for each in SERIES for place in range(each.images)]
    for number, (series, place) in enumerate(places):
        header = header_bytes(maker, series, (patient, number, place), side)
        first = (patient * IMAGES_A_PATIENT + number) * 7919 % (_POOL - side * side)
        level = place // series.per_level if series.per_level else None
        image = folders[0] / f"{patient:05d}_{number:03d}.dcm"
        label = folders[1] / f"{patient:05d}_{number:03d}.json"
        image.write_bytes(header + pool[first : first + side * side].tobytes())
        label.write_text(label_text(patient, level), encoding="utf-8")
        for file in (image, label):  # a young file would be looked at again by the next build
            os.utime(file, (LONG_AGO_S, LONG_AGO_S))
        if level is not None:
            chosen.append({"path": str(image.relative_to(folder)), "offset": len(header)})
            _link(folder, image, label)
    return chosen


def _link(folder: Path, *files: Path) -> None:
    for file in files:
        link = folder / "chosen" / file.relative_to(folder / "src")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.hardlink_to(file)


def header_bytes(maker: Maker, series: Series, numbers: tuple[int, int, int], side: int) -> bytes:
    """Return a file up to its pixel values.

    Args:
        maker: of the scanner.
        series: that the image belongs to.
        numbers: of the patient, of the image, and of the image within its series.
        side: rows and columns.
    """
    patient, number, place = numbers
    described = {
        **_CONSTANT,
        **_of_series(series, place),
        **_of_patient(patient, number),
        "Manufacturer": maker.manufacturer,
        "Rows": side,
        "Columns": side,
    }
    dataset = Dataset()
    for keyword, value in described.items():
        setattr(dataset, keyword, value)
    for index, (group, creator, size) in enumerate(maker.private):
        block = dataset.private_block(group, creator, create=True)
        block.add_new(0x10 + index, "OB", bytes(size))
    return _file(dataset, maker.syntax, side)


def _of_series(series: Series, place: int) -> dict[str, object]:
    return {
        "SeriesDescription": series.name,
        "ProtocolName": series.name,
        "RepetitionTime": series.repetition_ms,
        "EchoTime": series.echo_ms,
        "ImageOrientationPatient": list(series.orientation),
        "ImagePositionPatient": ["-100", "-100", f"{4.4 * place:.2f}"],
        "SliceLocation": f"{4.4 * place:.2f}",
        "SeriesNumber": SERIES.index(series) + 1,
        "InstanceNumber": place + 1,
    }


def _of_patient(patient: int, number: int) -> dict[str, object]:
    series = next(n for n, last in enumerate(_LAST_OF_SERIES) if number < last)
    return {
        "SOPInstanceUID": f"2.25.1000{patient:06d}{number:03d}",
        "AccessionNumber": f"A{patient:07d}",
        "PatientName": f"INVENTED^{patient:05d}",
        "PatientID": f"P{patient:05d}",
        "PatientSex": "FM"[patient % 2],
        "PatientAge": f"{20 + patient % 60:03d}Y",
        "StudyInstanceUID": f"2.25.2000{patient:06d}",
        "SeriesInstanceUID": f"2.25.3000{patient:06d}{series}",
        "FrameOfReferenceUID": f"2.25.4000{patient:06d}",
    }


def _file(dataset: Dataset, syntax: str, side: int) -> bytes:
    """Return the file up to its pixel values, whose length is told."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    dataset.file_meta = meta
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    head = b"\xe0\x7f\x10\x00" + (b"OW\0\0" if syntax == _EXPLICIT else b"")
    return buffer.getvalue() + head + (2 * side * side).to_bytes(4, "little")


def label_text(patient: int, level: int | None) -> str:
    """Return the label of an image; ``level`` is None where it shows no disc across."""
    codes = dict.fromkeys(LEVELS, 6)
    if level is not None:
        codes[LEVELS[level]] = 1 + (patient + level) % 5
    label = {"Patient_ID": f"P{patient:05d}", "Age": 20 + patient % 60, "Sex": "FM"[patient % 2]}
    return json.dumps({**label, "Spinal_Canal": 10 + patient % 7, **codes}, indent=2)
