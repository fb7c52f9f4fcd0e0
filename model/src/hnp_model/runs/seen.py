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
    if not (folder.path / SEEN_FILE).exists():
        return None
    rows = list(csv.reader(io.StringIO(folder.read(SEEN_FILE).decode("utf-8", "replace"))))
    if not rows or any(len(row) != len(COLUMNS) for row in rows) or tuple(rows[0]) != COLUMNS:
        raise InputError(f"{SEEN_FILE} is damaged or was not written by hnp-train fit")
    patients, images = set[str](), set[str]()
    for part in np.unique(parts).tolist():
        here = slices.take(parts == part)
        used = [row for row in rows[1:] if row[0] in FORBIDDEN.get(part, ("train", "val"))]
        patients |= {row[1] for row in used} & set(here.patient_id.tolist())
        images |= {row[2] for row in used} & set(here.pixel_sha256.tolist())
    return Leakage(len(patients), len(images))
