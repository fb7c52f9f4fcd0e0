"""The script a competent person writes: one process, pydicom, OpenCV, the same result.

One pass: only the tags that matter are kept, pixel data are deferred and read for chosen files
only, shards and tables are written and flushed to the disk as the build's are.
"""

import hashlib
import hmac
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pydicom

TAGS = [
    *("ImageType", "SOPInstanceUID", "Modality", "Manufacturer", "SeriesDescription"),
    *("SliceThickness", "RepetitionTime", "EchoTime", "MagneticFieldStrength"),
    *("StudyInstanceUID", "SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient"),
    *("SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "PixelSpacing"),
    *("BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"),
    *("RescaleSlope", "RescaleIntercept", "PixelData"),
]
LEVELS = ("L1-2", "L2-3", "L3-4", "L4-5", "L5-S1")
VENDORS = {"SIEMENS": "Siemens", "GE MEDICAL SYSTEMS": "GE", "Philips Medical Systems": "Philips"}
DEFERRED_BYTES = 1024
MAX_TILT_DEG = 50
SIZE, CROP = (300, 300), 0.15
SHARD_SLICES = 512

Row = dict[str, Any]


def main(source: Path, out: Path, key: bytes) -> None:
    """Build shards, manifest and ledger of ``source`` in ``out``."""
    cv2.ipp.setUseIPP(False)
    images, label_paths = find(source)
    labels = {stem: json.loads(path.read_bytes()) for stem, path in label_paths.items()}
    kept: list[tuple[Row, pydicom.Dataset]] = []
    ledger: list[tuple[str, str, str | None]] = []
    for path in images:
        dataset = pydicom.dcmread(path, defer_size=DEFERRED_BYTES, specific_tags=TAGS)
        below, reason = contract_path(source, path), refusal(dataset)
        ledger.append((named(key, "file", below), "image", reason))
        if reason is None:
            row = describe(dataset, labels[path.stem], path.parts[-4])
            row |= ids(key, dataset, row["hospital"], labels[path.stem], below)
            kept.append((row, dataset))
    kept.sort(key=lambda each: order(each[0]))
    ledger.extend(
        (named(key, "file", contract_path(source, path)), "label", None)
        for path in label_paths.values()
    )
    (out / "shards").mkdir(parents=True)
    write_shards(kept, out / "shards")
    write_table([row for row, _ in kept], out / "manifest.parquet")
    names = ("file_id", "kind", "reason")
    found = [dict(zip(names, each, strict=True)) for each in sorted(ledger, key=lambda e: e[0])]
    write_table(found, out / "ledger.parquet")
    sync_folder(out)


def find(source: Path) -> tuple[list[Path], dict[str, Path]]:
    """Return images, and labels by their stem."""
    labels, images = {}, []
    for folder, _, names in os.walk(source):
        for name in names:
            path = Path(folder, name)
            if path.suffix == ".json":
                labels[path.stem] = path
            else:
                images.append(path)
    return images, labels


def contract_path(source: Path, path: Path) -> str:
    """Return what ids of files are made from."""
    return f"{source.name}/{path.relative_to(source)}"


def named(key: bytes, *parts: str) -> str:
    """Return a pseudonym."""
    return hmac.digest(key, "\0".join(parts).encode(), "sha256").hex()[:32]


def ids(key: bytes, dataset: pydicom.Dataset, hospital: str, label: Row, below: str) -> Row:
    """Return the four ids of a slice."""
    patient = ("patient", hospital, str(label["Patient_ID"]))
    study = ("study", *patient, str(dataset.StudyInstanceUID))
    series = ("series", *study, str(dataset.SeriesInstanceUID))
    return {
        "slice_id": named(key, "slice", below),
        "patient_id": named(key, *patient),
        "study_id": named(key, *study),
        "series_id": named(key, *series),
    }


def refusal(dataset: pydicom.Dataset) -> str | None:
    """Return why an image is not wanted."""
    if dataset.Modality != "MR":
        return "NOT_MR"
    if tilt(dataset) > MAX_TILT_DEG:
        return "NOT_AXIAL"
    return None if dataset.EchoTime >= 60 and dataset.RepetitionTime >= 1500 else "NOT_T2"


def normal(dataset: pydicom.Dataset) -> list[float]:
    """Return the slice normal."""
    cosines = [float(value) for value in dataset.ImageOrientationPatient]
    return [float(value) for value in np.cross(cosines[:3], cosines[3:])]


def tilt(dataset: pydicom.Dataset) -> float:
    """Return the angle to the body axis in degrees."""
    return math.degrees(math.acos(min(1.0, abs(normal(dataset)[2]))))


def describe(dataset: pydicom.Dataset, label: Row, hospital: str) -> Row:
    """Return a manifest row without ids and pixels."""
    level = next(number for number, name in enumerate(LEVELS) if label[name] != 6)
    place = sum(
        a * float(b) for a, b in zip(normal(dataset), dataset.ImagePositionPatient, strict=True)
    )
    kept_rows = dataset.Rows - 2 * math.floor(CROP * dataset.Rows)
    kept_columns = dataset.Columns - 2 * math.floor(CROP * dataset.Columns)
    return {
        "hospital": hospital,
        "level": level,
        "level_name": LEVELS[level],
        "label_code": str(label[LEVELS[level]]),
        "is_patient": label[LEVELS[level]] != 1,
        "age": np.float32(label["Age"]),
        "sex": label["Sex"],
        "canal_width_mm": np.float32(label["Spinal_Canal"]),
        "source_rows": dataset.Rows,
        "source_cols": dataset.Columns,
        "pixel_row_mm": np.float32(float(dataset.PixelSpacing[0]) * kept_rows / SIZE[0]),
        "pixel_col_mm": np.float32(float(dataset.PixelSpacing[1]) * kept_columns / SIZE[1]),
        "slice_thickness_mm": np.float32(dataset.SliceThickness),
        "slice_position_mm": np.float32(place),
        "tilt_deg": np.float32(tilt(dataset)),
        "echo_time_ms": np.float32(dataset.EchoTime),
        "repetition_time_ms": np.float32(dataset.RepetitionTime),
        "field_strength_t": np.float32(dataset.MagneticFieldStrength),
        "vendor": VENDORS[dataset.Manufacturer],
        "weighting_from": "tags",
    }


def order(row: Row) -> tuple[object, ...]:
    """Return what the manifest is sorted by."""
    names = ("patient_id", "study_id", "series_id", "slice_position_mm", "slice_id")
    return tuple(row[name] for name in names)


def write_shards(kept: list[tuple[Row, pydicom.Dataset]], folder: Path) -> None:
    """Write shards of whole patients and complete the rows."""
    begin = 0
    while begin < len(kept):
        end = min(begin + SHARD_SLICES, len(kept))
        while end < len(kept) and kept[end][0]["patient_id"] == kept[end - 1][0]["patient_id"]:
            end -= 1
        name = f"{begin:06d}.npz"
        images = np.empty((end - begin, *SIZE), dtype=np.float32)
        for index, (row, dataset) in enumerate(kept[begin:end]):
            images[index], low, high = picture(dataset)
            row |= {"shard": name, "row": index, "source_min": low, "source_max": high}
            row["pixel_sha256"] = hashlib.sha256(images[index]).hexdigest()
        with (folder / name).open("wb") as file:
            ids = np.array([row["slice_id"] for row, _ in kept[begin:end]])
            np.savez(file, images=images, slice_ids=ids)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
        begin = end


def picture(dataset: pydicom.Dataset) -> tuple[np.ndarray, np.float32, np.float32]:
    """Return the stored array and the range it had."""
    slope, intercept = dataset.get("RescaleSlope", 1), dataset.get("RescaleIntercept", 0)
    values = dataset.pixel_array.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    top, left = math.floor(CROP * values.shape[0]), math.floor(CROP * values.shape[1])
    cropped = values[top : values.shape[0] - top, left : values.shape[1] - left]
    resized = cv2.resize(np.ascontiguousarray(cropped), SIZE[::-1], interpolation=cv2.INTER_AREA)
    low, high = resized.min(), resized.max()
    return (resized - low) / (high - low), low, high


def write_table(rows: list[Row], path: Path) -> None:
    """Write a table and flush it."""
    table = pa.Table.from_pylist(rows)
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]).read_bytes())
