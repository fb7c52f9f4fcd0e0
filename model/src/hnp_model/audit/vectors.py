"""What the simple models of an audit see: short vectors, from the manifest and from the pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from hnp_model.audit.blocks import picture_blocks
from hnp_model.data.slices import Slices, Strings
from hnp_shared.dataset import Dataset
from hnp_shared.images import open_images

InputName = Literal["level", "tabular", "acquisition", "border", "image"]
"""What a model may see: the disc; age, sex, canal width and disc; where and how the image was made;
the frame of the image; the rest of the image, coarsely."""

INPUT_NAMES: tuple[InputName, ...] = ("level", "tabular", "acquisition", "border", "image")

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

AGE_YEARS, CANAL_WIDTH_MM = 50.0, 15.0
"""Squares are taken around these: risk need not rise evenly with age or width."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What a model sees of each slice.

    Attributes:
        plain: (slice, feature), NaN where missing.
        picture: (slice, block), means of blocks of pixels; no block where no pixels are seen.
    """

    plain: Numbers
    picture: Numbers

    def take(self, rows: npt.NDArray[np.bool_]) -> "Vectors":
        """Return those of some slices."""
        return Vectors(self.plain[rows], self.picture[rows])

    def joined(self, other: "Vectors") -> "Vectors":
        """Return both, side by side."""
        return Vectors(
            np.hstack([self.plain, other.plain]), np.hstack([self.picture, other.picture])
        )


def gather_vectors(
    dataset: Dataset, slices: Slices, rows: npt.NDArray[np.int64]
) -> Mapping[InputName, Vectors]:
    """Return what each model sees of the slices at ``rows``.

    Args:
        dataset: an opened data set.
        slices: all its slices, in the order of the manifest.
        rows: those wanted.

    Raises:
        InputError: shards are damaged.
        StorageError: a file could not be read.
    """
    table = dataset.manifest_table().take(rows)
    wanted = slices.take(rows)
    border, centre = picture_blocks(open_images(dataset, wanted), len(wanted))
    level = one_hot(wanted.level.astype(np.str_))
    none = np.empty((rows.size, 0))
    return {
        "level": Vectors(level, none),
        "tabular": Vectors(np.hstack([_person(wanted), level]), none),
        "acquisition": Vectors(_acquisition(table, wanted), none),
        "border": Vectors(none, border),
        "image": Vectors(none, centre),
    }


def one_hot(values: Strings) -> Numbers:
    """Return 1.0 in the column of each value, (slice, distinct value)."""
    return np.equal(values[:, None], np.unique(values)).astype(np.float64)


def _person(slices: Slices) -> Numbers:
    numbers = [slices.age, slices.canal_width_mm]
    numbers += [np.square(slices.age - AGE_YEARS)]
    numbers += [np.square(slices.canal_width_mm - CANAL_WIDTH_MM)]
    return np.hstack([np.stack(numbers, axis=1).astype(np.float64), one_hot(slices.sex)])


def _acquisition(table: Any, slices: Slices) -> Numbers:  # noqa: ANN401  # pyarrow has no types
    numbers: Sequence[Numbers] = [
        table.column(name).to_numpy().astype(np.float64) for name in ACQUISITION_NUMBERS
    ]
    return np.hstack([np.stack(numbers, axis=1), one_hot(slices.hospital), one_hot(slices.vendor)])
