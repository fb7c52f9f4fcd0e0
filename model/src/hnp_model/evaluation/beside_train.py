"""What is judged beside what the run was trained on: inputs, hospitals, classes and pictures."""

import csv
import io

import numpy as np

from hnp_model.data.profile import quantities_of
from hnp_model.data.slices import Slices, Strings
from hnp_model.data.thumbnails import read_thumbnails
from hnp_model.report.findings import BesideTrain
from hnp_model.report.inputs import inputs_beside
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.seen_looks import read_looks
from hnp_model.splits.near_copies import Looks, NearCopies, find_near_copies
from hnp_shared.dataset import Dataset

NEAR_COPIES_FILE = "near_copies.csv"
"""In the folder of an evaluation: pairs of almost the same picture, by pseudonyms."""

_SIDES = ("slice_id", "patient_id", "part")


def look_beside_train(
    folder: RunFolder, config: RunConfig, dataset: Dataset, slices: Slices, parts: Strings
) -> BesideTrain:
    """Return how slices differ from train, and what among them the fit has nearly seen.

    Args:
        folder: the run.
        config: of the run.
        dataset: the data set judged.
        slices: those judged; val comes along, and only its pictures count.
        parts: (slice,), what each counts as.

    Raises:
        InputError: shards, or what the run has kept, are damaged.
        StorageError: a file could not be read.
    """
    thumbnails = read_thumbnails(dataset, slices)
    seen = read_looks(folder)
    looks = Looks.of(slices, parts, thumbnails)
    near = find_near_copies(looks, seen).across() if seen else None
    if config.profile is None:
        return BesideTrain(None, near)
    asked = parts != "val" if (parts != "val").any() else np.ones(len(slices), dtype=np.bool_)
    here = slices.take(asked)
    labelled = bool((here.level >= 0).all())  # without labels there is neither level nor truth
    quantities = quantities_of(here, thumbnails[asked])
    inputs = inputs_beside(
        config.profile, config.settings.inputs, here, quantities, labelled=labelled
    )
    return BesideTrain(inputs, near)


def near_copies_csv(found: NearCopies) -> bytes:
    """Return the pairs, the likest first: slice, patient and part of both, and their likeness."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_SIDES, *(f"seen_{name}" for name in _SIDES), "likeness"])
    columns = [getattr(side, name) for side in (found.mine, found.theirs) for name in _SIDES]
    order = np.argsort(-found.likeness, kind="stable").tolist()
    for pair in order:
        row = [str(column[pair]) for column in columns]
        writer.writerow([*row, f"{found.likeness[pair]:.5f}"])
    return text.getvalue().encode()
