"""What a run has seen in training: the only way to know later that a figure is honest.

Kept as checkpoints/seen.csv, one line a slice of train and val: those who publish a model can leave
the checkpoints at home.
"""

import csv
import io
from collections.abc import Mapping

import numpy as np

from hnp_model.data.slices import Slices, Strings
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.splits.guard import Leakage
from hnp_shared.errors import InputError

SEEN_FILE = f"{CHECKPOINTS_FOLDER}/seen.csv"
COLUMNS = ("part", "patient_id", "pixel_sha256")

_LONGEST = 64
"""Letters of a sha256, the longest of the three: arrays of texts are as wide as the longest."""

FORBIDDEN: Mapping[str, tuple[str, ...]] = {"train": (), "val": ("train",)}
"""Part judged -> parts of the fit it must not share anything with; both for any other part."""


def write_seen(folder: RunFolder, slices: Slices, parts: Strings) -> None:
    """Note the slices of train and val."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    seen = parts != "test"
    rows = (parts[seen], slices.patient_id[seen], slices.pixel_sha256[seen])
    writer.writerows(zip(*(column.tolist() for column in rows), strict=True))
    folder.write(SEEN_FILE, text.getvalue().encode())


def find_seen(folder: RunFolder, slices: Slices, parts: Strings) -> Leakage | None:
    """Return how many patients and images are judged although the fit has used them.

    None when the run no longer has the record.

    Args:
        folder: the run.
        slices: the slices to judge.
        parts: (slice,), what each counts as; train and val may be judged as what they are.

    Raises:
        InputError: the record is damaged.
    """
    if not folder.has(SEEN_FILE):
        return None
    rows = _read_rows(folder)
    patients, images = set[str](), set[str]()
    for part in np.unique(parts).tolist():
        here = slices.take(parts == part)
        used = [row for row in rows[1:] if row[0] in FORBIDDEN.get(part, ("train", "val"))]
        patients |= {row[1] for row in used} & set(here.patient_id.tolist())
        images |= {row[2] for row in used} & set(here.pixel_sha256.tolist())
    return Leakage(len(patients), len(images))


def find_used(folder: RunFolder, slices: Slices, parts: Strings) -> frozenset[str]:
    """Return the parts with a patient or an image that the fit has used, in train or in val.

    All parts when the run no longer has the record.

    Args:
        folder: the run.
        slices: the slices to judge.
        parts: (slice,), what each counts as.

    Raises:
        InputError: the record is damaged.
    """
    if not folder.has(SEEN_FILE):
        return frozenset(parts.tolist())
    _, patients, images = zip(*_read_rows(folder), strict=True)
    used = np.isin(slices.patient_id, patients) | np.isin(slices.pixel_sha256, images)
    return frozenset(parts[used].tolist())


def parts_by_fit(folder: RunFolder, slices: Slices) -> Strings | None:
    """Return how the fit has used each slice's patient or image: train, val, or test, (slice,).

    Test is what it has not used. None when the run no longer has the record.

    Args:
        folder: the run.
        slices: of any data set.

    Raises:
        InputError: the record is damaged.
    """
    if not folder.has(SEEN_FILE):
        return None
    parts = np.full(len(slices), "test", dtype="<U5")
    rows = np.array(_read_rows(folder)[1:], dtype=np.str_).reshape(-1, len(COLUMNS))
    for part in ("val", "train"):  # what both have used was learned from
        _, patients, images = rows[rows[:, 0] == part].T
        here = np.isin(slices.patient_id, patients) | np.isin(slices.pixel_sha256, images)
        parts[here] = part
    return parts


def _read_rows(folder: RunFolder) -> list[list[str]]:
    text = io.StringIO(folder.read(SEEN_FILE).decode("utf-8", "replace"))
    try:
        rows = list(csv.reader(text))
    except csv.Error:  # a cell beyond what csv takes
        rows = []
    sound = all(
        len(row) == len(COLUMNS) and row[0] in {"train", "val"} and max(map(len, row)) <= _LONGEST
        for row in rows[1:]
    )
    if not rows or tuple(rows[0]) != COLUMNS or not sound:
        raise InputError(f"{SEEN_FILE} is damaged or was not written by hnp-train fit")
    return rows
