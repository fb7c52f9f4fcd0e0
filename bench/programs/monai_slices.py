"""The chosen slices through MONAI: LoadImaged and transforms in two processes."""

import json
import sys
from pathlib import Path

import torch
from monai.data import DataLoader, Dataset, PydicomReader
from monai.transforms import Compose, LoadImaged, Resized, ScaleIntensityd, SpatialCropd

PROCESSES, BATCH = 2, 32
SIZE, KEPT = (300, 300), (76, 436)  # of 512 rows and columns


def main(tree: Path) -> None:
    """Take every chosen slice to an array of the data set's size and range."""
    listed = json.loads((tree / "chosen.json").read_text(encoding="utf-8"))
    torch.set_num_threads(1)
    transform = Compose(
        [
            LoadImaged("image", reader=PydicomReader(swap_ij=False), ensure_channel_first=True),
            SpatialCropd("image", roi_start=(KEPT[0],) * 2, roi_end=(KEPT[1],) * 2),
            Resized("image", SIZE, mode="area"),
            ScaleIntensityd("image"),
        ]
    )
    data = [{"image": str(tree / each["path"])} for each in listed["chosen"]]
    loader = DataLoader(Dataset(data, transform), batch_size=BATCH, num_workers=PROCESSES)
    count = sum(len(batch["image"]) for batch in loader)
    if count != len(data):
        sys.exit(f"{count} slices, expected {len(data)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
