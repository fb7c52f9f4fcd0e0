"""Pictures of a data set, as a network sees them and as a training varies them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import UNKNOWN_LEVEL, Slices, read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.augmenting.draws import Variation
from hnp_model.fitting.framing import usual_pixel_mm
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.report.contact_sheet import draw_contact_sheet
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset
from hnp_shared.places import refuse_in_dataset, refuse_place
from hnp_shared.storage import replace_file
from hnp_shared.vocabulary import LEVEL_NAMES

Indices = npt.NDArray[np.int64]


def show(
    out: Path, file: Path, settings: FitSettings, *, count: int, epochs: int, force: bool
) -> int:
    """Write a sheet of slices, each as it is seen in some epochs, and return how many they are.

    Args:
        out: the data set.
        file: the PNG to write.
        settings: network, seed and recipe.
        count: slices, spread evenly over the data set.
        epochs: columns of varied pictures.
        force: whether a file may be written over.

    Raises:
        InputError: no data set, or pictures that the network cannot take.
        OutputError: the file exists, or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_place(file, force=force)
    refuse_in_dataset(file.parent)
    dataset = open_dataset(out)
    slices = read_slices(dataset, labelled=False)
    chosen = np.unique(np.linspace(0, len(slices) - 1, min(count, len(slices))).astype(np.int64))
    shown = slices.take(chosen)
    settings = replace(settings, batch_size=len(shown))
    pixel_mm = usual_pixel_mm(slices, settings)
    samples = map_samples(dataset, shown, fit_standardisation(shown), settings, pixel_mm)
    heads, columns = _columns(samples, settings, epochs)
    rows = list(zip(*columns, strict=True))
    png = draw_contact_sheet(rows, heads, [_name(shown, row) for row in range(len(shown))])
    replace_file(file, lambda sink: sink.write(png), role="the sheet of pictures")
    return len(shown)


def _columns(
    samples: Samples, settings: FitSettings, epochs: int
) -> tuple[list[str], list[npt.NDArray[np.float32]]]:
    """Return what stands above each column, and its pictures, (slice, row, column)."""
    every = np.arange(len(samples))
    stored = np.zeros(samples.buffer.shape, np.float32)
    if samples.images is not None:
        stored = samples.images.gather(every)
    heads, columns = ["stored", "seen"], [stored, _pictures(samples, every, None)]
    craft = replace(settings.recipe, mixup=0.0)
    for epoch in range(1, epochs + 1):
        heads.append(f"epoch {epoch}")
        columns.append(_pictures(samples, every, Variation(craft, settings.seed, epoch)))
    return heads, columns


def _pictures(
    samples: Samples, every: Indices, variation: Variation | None
) -> npt.NDArray[np.float32]:
    seen: npt.NDArray[np.float32] = samples.batch(every, variation).images.cpu().numpy()
    return seen[:, 0].copy()  # the next batch takes the same memory


def _name(slices: Slices, row: int) -> str:
    level = int(slices.level[row])
    disc = "disc unknown" if level == UNKNOWN_LEVEL else LEVEL_NAMES[level]
    return f"{slices.hospital[row]}, {disc}"
