"""What each suspect sees of the discs: a few numbers, from the manifest and from the pictures."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.kernel_approximation import Nystroem

from hnp_model.audit.baseline import basis_of, without
from hnp_model.audit.crossfit import SEED, standardised
from hnp_model.audit.discs import Discs
from hnp_model.audit.pictures import PictureFacts, box_inside, picture_facts
from hnp_model.data.slices import UNKNOWN, Slices, Strings
from hnp_shared.dataset import Dataset
from hnp_shared.images import open_images

SuspectName = Literal[
    "missing",
    "acquisition",
    "placement",
    "border",
    "surroundings",
    "sharpness",
    "noise",
    "greys",
    "range",
]
"""What should know nothing of the disc beyond the baseline."""

SUSPECTS: tuple[SuspectName, ...] = (
    "missing",
    "acquisition",
    "placement",
    "border",
    "surroundings",
    "sharpness",
    "noise",
    "greys",
    "range",
)

DISC = "disc"
"""The one view that should tell something."""

ACQUISITION_NUMBERS = (
    "echo_time_ms",
    "repetition_time_ms",
    "field_strength_t",
    "slice_thickness_mm",
    "source_rows",
    "source_cols",
    "pixel_row_mm",
    "pixel_col_mm",
)
"""Columns of the manifest; with hospital and vendor, all that tells one scanner from another."""

PLACEMENT_NUMBERS = ("tilt_deg", "slice_position_mm")
"""Columns of the manifest: how the slice lies, which the technician chooses."""

RANGE_NUMBERS = ("source_min", "source_max")
"""Columns of the manifest: grey values of the source that the stored 0 and 1 stand for."""

MANIFEST_NUMBERS = (*ACQUISITION_NUMBERS, *PLACEMENT_NUMBERS, *RANGE_NUMBERS)

LEAST_GREY = 1e-3
"""What is stored darker than this share of the range counts as so dark."""

LANDMARKS = 60
"""Kinds of protocol that are told apart beside the straight lines."""

Numbers = npt.NDArray[np.float64]


def gather_views(dataset: Dataset, slices: Slices, discs: Discs) -> Mapping[str, Numbers]:
    """Return what each suspect sees, and what the disc shows; each (disc, feature), standardised.

    Args:
        dataset: an opened data set.
        slices: all its slices, in the order of the manifest.
        discs: those they show.

    Raises:
        InputError: shards are damaged, or images too small.
        StorageError: a file could not be read.
    """
    table = dataset.manifest_table()
    images = open_images(dataset, slices)
    row_mm, column_mm = (_column(table, name) for name in ("pixel_row_mm", "pixel_col_mm"))
    facts = picture_facts(images, len(slices), box_inside(images.size, row_mm, column_mm))
    manifest = {name: _column(table, name) for name in MANIFEST_NUMBERS}
    return views_of(discs, slices, manifest, facts)


def views_of(
    discs: Discs, slices: Slices, manifest: Mapping[str, Numbers], facts: PictureFacts
) -> Mapping[str, Numbers]:
    """Return what each suspect sees, and what the disc shows; each (disc, feature), standardised.

    Args:
        discs: the discs.
        slices: their slices.
        manifest: `MANIFEST_NUMBERS`, each (slice,), NaN where missing.
        facts: of the pictures.
    """

    def seen(values: Numbers) -> Numbers:
        return standardised(discs.mean(values))

    around, border = (_with_oddest(seen(one)) for one in (facts.surroundings, facts.border))
    return {
        "missing": seen(_missing(slices)),
        "acquisition": _with_kinds(seen(_acquisition(slices, manifest))),
        "placement": _with_kinds(seen(_stacked(manifest, PLACEMENT_NUMBERS))),
        "border": border,
        "surroundings": around,
        "sharpness": _with_kinds(seen(facts.sharpness)),
        "noise": _with_kinds(seen(facts.noise)),
        "greys": _with_kinds(seen(facts.greys)),
        "range": _with_kinds(_range(manifest, facts.ends, seen)),
        DISC: _with_oddest(seen(facts.disc)),
    }


def one_hot(values: Strings) -> Numbers:
    """Return 1.0 in the column of each value, (slice, distinct value)."""
    return np.equal(values[:, None], np.unique(values)).astype(np.float64)


def _missing(slices: Slices) -> Numbers:
    unknown = [np.isnan(slices.age), slices.sex == UNKNOWN, np.isnan(slices.canal_width_mm)]
    return np.stack(unknown, axis=1).astype(np.float64)


def _acquisition(slices: Slices, manifest: Mapping[str, Numbers]) -> Numbers:
    """Return numbers of the protocol, which of them are missing, hospital and vendor."""
    protocol = _stacked(manifest, ACQUISITION_NUMBERS)
    unknown = np.isnan(protocol).astype(np.float64)
    return np.hstack([protocol, unknown, one_hot(slices.hospital), one_hot(slices.vendor)])


def _range(
    manifest: Mapping[str, Numbers], ends: Numbers, seen: Callable[[Numbers], Numbers]
) -> Numbers:
    """Return the range of greys of the source, in logarithms: scanners' scales differ by factors.

    A bright disc widens it, and makes all else darker where it is stored. So what the greys off the
    disc tell of it is taken away; an export's own range stays.
    """
    greys = _stacked(manifest, RANGE_NUMBERS)
    told = seen(np.sign(greys) * np.log1p(np.abs(greys)))
    left = without(basis_of(seen(np.log(np.maximum(ends, LEAST_GREY)))), told)
    return left[:, left.std(axis=0) > LEAST_GREY]


def _stacked(manifest: Mapping[str, Numbers], names: Sequence[str]) -> Numbers:
    return np.stack([manifest[name] for name in names], axis=1)


def _column(table: Any, name: str) -> Numbers:  # noqa: ANN401  # as above
    values: Numbers = table.column(name).to_numpy().astype(np.float64)
    return values


def _with_kinds(features: Numbers) -> Numbers:
    """Return features and how near each disc is to some of the others: what is not straight."""
    if not features.shape[1]:
        return features
    kinds = np.unique(features.round(6), axis=0)
    count = min(LANDMARKS, len(kinds))
    near = Nystroem(gamma=0.5 / features.shape[1], n_components=count, random_state=SEED)
    return np.hstack([features, standardised(near.fit(kinds).transform(features))])


def _with_oddest(blocks: Numbers) -> Numbers:
    """Return blocks and how odd the oddest are: a mark need not always be at the same place."""
    if not blocks.shape[1]:
        return blocks
    oddest = [blocks.max(axis=1), blocks.min(axis=1), np.abs(blocks).mean(axis=1)]
    return np.hstack([blocks, standardised(np.stack(oddest, axis=1))])
