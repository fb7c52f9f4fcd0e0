"""Folder trees for whole builds: a sound one, and one with every kind of trouble in it."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dicom_files import dicom_bytes, label_bytes
from hnp_shared.vocabulary import Reason

KEY = b"a key for tests, long enough to be one"

IMAGES = "1.Training/원천데이터/TS_DLD"
LABELS = "1.Training/라벨링데이터/TL_DLD"

Pixels = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Slice:
    """One image with its label; `uid` numbers the series."""

    patient: str
    number: int
    level: str = "L4-5"
    code: int = 3
    hospital: str = "H01"
    pixels_seed: int | None = None


def pixels_of(seed: int, side: int = 24) -> Pixels:
    """Return a small noisy picture."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 1000, (side, side), dtype=np.uint16)


def write_slice(root: Path, each: Slice, **attributes: Any) -> tuple[Path, Path]:
    """Write an image and its label in the AI Hub layout; return their paths below ``root``."""
    stem = f"{each.patient}_{each.number:03d}"
    image = root / IMAGES / each.hospital / "C004" / f"{stem}.dcm"
    label = root / LABELS / each.hospital / "C004" / f"{stem}.json"
    for path in (image, label):
        path.parent.mkdir(parents=True, exist_ok=True)
    person = int.from_bytes(each.patient.encode(), "big")
    seed = each.pixels_seed if each.pixels_seed is not None else person + each.number
    values: dict[str, Any] = {
        "PatientID": each.patient,
        "StudyInstanceUID": f"1.2.{person}",
        "SeriesInstanceUID": f"1.2.{person}.1",
        "SOPInstanceUID": f"1.2.{person}.1.{each.number}",
        "ImagePositionPatient": [0, 0, 4.0 * each.number],
    }
    image.write_bytes(dicom_bytes(pixels=pixels_of(seed), **(values | attributes)))
    label.write_bytes(label_bytes(each.level, each.code, Patient_ID=each.patient, Age=61, Sex="F"))
    return image.relative_to(root), label.relative_to(root)


def sound_tree(root: Path, patients: int = 4, slices: int = 3) -> None:
    """Write slices that are all accepted."""
    for person in range(patients):
        for number in range(slices):
            write_slice(root, Slice(f"P{person:03d}", number, code=1 + (person + number) % 5))


def hard_tree(root: Path) -> dict[str, Reason | None]:
    """Write good slices among copies, undecodable files and bad labels.

    Returns:
        Path of every file below ``root`` -> its reason, None for accepted and used.
    """
    sound_tree(root)
    expected: dict[str, Reason | None] = dict.fromkeys(_files(root))
    for pair, reasons in (
        (write_slice(root, Slice("P000", 50, pixels_seed=1)), (None, None)),
        (write_slice(root, Slice("P000", 51, pixels_seed=1)), (Reason.DUPLICATE, None)),
        *[
            (write_slice(root, replace(each, pixels_seed=2)), (Reason.LABEL_REJECTED, None))
            for each in (Slice("P001", 60, code=1), Slice("P001", 61, code=2))
        ],
        (
            write_slice(root, Slice("P002", 70), RepetitionTime="500", EchoTime="10"),
            (Reason.NOT_T2, None),
        ),
    ):
        expected |= {str(path): reason for path, reason in zip(pair, reasons, strict=True)}
    expected |= _bad_pictures(root)
    expected |= _bad_labels(root)
    expected |= _loose_files(root)
    return expected


def _bad_pictures(root: Path) -> dict[str, Reason | None]:
    found: dict[str, Reason | None] = {}
    cases: list[tuple[Reason, dict[str, Any]]] = [
        (Reason.FLAT_IMAGE, {"RescaleSlope": "0"}),
        (Reason.BAD_HEADER, {"RescaleSlope": "7777"}),
        (Reason.NOT_AXIAL, {"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}),
        (Reason.NOT_MR, {"Modality": "CT"}),
        (Reason.BURNED_IN, {"BurnedInAnnotation": "YES"}),
        (Reason.NOT_LUMBAR, {"StudyDescription": "BRAIN"}),
    ]
    for number, (reason, attributes) in enumerate(cases, 100):
        image, label = write_slice(root, Slice("P003", number), **attributes)
        found |= {str(image): reason, str(label): None}
        no_number = (root / image).read_bytes().replace(b"7777", b"nan ")
        (root / image).write_bytes(no_number)
    image, label = write_slice(root, Slice("P003", 120))
    whole = (root / image).read_bytes()
    (root / image).write_bytes(whole[:-100])
    found |= {str(image): Reason.TRUNCATED, str(label): None}
    image, label = write_slice(root, Slice("P003", 121))
    (root / image).write_bytes(_with_jpeg_garbage(whole))
    found |= {str(image): Reason.DECODE_FAILED, str(label): None}
    return found


def _with_jpeg_garbage(whole: bytes) -> bytes:
    explicit, jpeg = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4.70"
    head, _, _ = whole.partition(b"\xe0\x7f\x10\x00OW")
    head = head.replace(
        b"UI" + len(explicit).to_bytes(2, "little") + explicit,
        b"UI" + len(jpeg).to_bytes(2, "little") + jpeg,
    )
    item = b"\xfe\xff\x00\xe0"
    garbage = b"\xff\xd8 no picture \xff\xd9"
    return (
        head
        + b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff"
        + (item + b"\0\0\0\0")
        + (item + len(garbage).to_bytes(4, "little") + garbage)
        + b"\xfe\xff\xdd\xe0\0\0\0\0"
    )


def _bad_labels(root: Path) -> dict[str, Reason | None]:
    found: dict[str, Reason | None] = {}
    for number, (reason, content) in enumerate(
        [
            (Reason.EMPTY, b""),
            (Reason.BAD_ENCODING, b'{"Age": "\xff\xfe\x81"}'),
            (Reason.BAD_JSON, b'{"Age": Infinity}'),
            (Reason.BAD_JSON, b"[1, 2]"),
            (Reason.TOO_DEEP, b"[" * 100 + b"]" * 100),
            (Reason.DUPLICATE_KEY, b'{"L4-5": 3, "L4-5": 3}'),
            (Reason.FIELD_CONFLICT, b'{"L4-5": 3, "Age": 60, "age": 61}'),
            (Reason.BAD_VALUE, b'{"L4-5": true}'),
        ],
        200,
    ):
        image, label = write_slice(root, Slice("P003", number))
        (root / label).write_bytes(content)
        found |= {str(image): Reason.LABEL_REJECTED, str(label): reason}
    for number, (reason, codes) in enumerate(
        [
            (Reason.CODE_UNMAPPED, {"L4-5": 9}),
            (Reason.NO_LEVEL, {"L4-5": 6}),
            (Reason.LEVEL_AMBIGUOUS, {"L4-5": 3, "L5-S1": 3}),
        ],
        300,
    ):
        image, label = write_slice(root, Slice("P003", number))
        (root / label).write_text(json.dumps({"Patient_ID": "P003", **codes}))
        found |= {str(image): reason, str(label): None}
    return found


def _loose_files(root: Path) -> dict[str, Reason | None]:
    image, label = write_slice(root, Slice("P003", 400))
    (root / label).unlink()
    found: dict[str, Reason | None] = {str(image): Reason.NO_LABEL}
    image, label = write_slice(root, Slice("P003", 401))
    (root / image).unlink()
    found |= {str(label): Reason.NO_IMAGE}
    folder = Path(IMAGES) / "H01" / "C004"
    for name, content, reason in (
        ("EMPTY", b"", Reason.EMPTY),
        ("NOTES", b"no DICOM at all", Reason.NOT_DICOM),
        ("readme.txt", b"ignored", None),
        (".hidden.dcm", b"ignored", None),
    ):
        (root / folder / name).write_bytes(content)
        found[str(folder / name)] = reason
    (root / folder / "link.dcm").symlink_to("nowhere")
    found[str(folder / "link.dcm")] = Reason.NOT_REGULAR
    other = Path(IMAGES) / "H01" / "C007"
    (root / other).mkdir(parents=True)
    (root / other / "other.dcm").write_bytes(b"never opened")
    found[str(other / "other.dcm")] = Reason.NOT_PROCEDURE
    return found


def _files(root: Path) -> list[str]:
    return [
        os.path.relpath(os.path.join(folder, name), root)  # noqa: PTH118  # links count as files
        for folder, _, names in os.walk(root)
        for name in names
    ]
