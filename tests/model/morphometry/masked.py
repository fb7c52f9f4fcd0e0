"""A synthetic data set whose slices have masks."""

from pathlib import Path

import numpy as np

from hnp_shared.dataset import open_dataset
from hnp_shared.mask_set import MaskSet, MaskSetInfo
from hnp_shared.mask_set_writing import write_mask_set
from model.morphometry.shapes import TOLD, Drawn, Mask


def write_masks(
    out: Path, folder: Path, *, skip: int = 0, grow: float = 0.0, seed: int = 0
) -> MaskSet:
    """Write a mask for every slice of a data set but the first ``skip``; sizes differ."""
    dataset = open_dataset(out)
    random = np.random.default_rng(seed)
    masks: dict[str, Mask] = {}
    manifest = dataset.manifest
    side, _ = dataset.images(manifest.head(1)).shape[1:]
    for row in manifest.iloc[skip:].to_dict("records"):
        pixel_mm = (float(row["pixel_row_mm"]), float(row["pixel_col_mm"]))
        size = 1 + 0.1 * random.random() + grow
        drawn = Drawn(
            *(6 * size, 4.5 * size, 3.5 * size, 2.5 * size, 2.0, 8.0),
            bulge_mm=1.5 * bool(row["is_patient"]),
            pixel_mm=pixel_mm,
            size_mm=side * pixel_mm[0],
            facets=False,
        )
        masks[str(row["slice_id"])] = drawn.draw()
    info = dataset.info
    about = MaskSetInfo(info.dataset_id, info.pixels_id, TOLD, {"kind": "drawn", "grow": grow})
    batches = []
    for shard, rows in manifest[manifest.slice_id.isin(list(masks))].groupby("shard"):
        ids = rows.sort_values("row").slice_id.tolist()
        batches.append((str(shard), ids, np.stack([masks[each] for each in ids])))
    return write_mask_set(folder, about, batches)
