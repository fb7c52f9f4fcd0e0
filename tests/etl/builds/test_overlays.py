"""What is drawn over a picture, or put beside it, is never in a stored array."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_files import EXPLICIT, dicom_dataset, file_bytes, picture
from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset import open_dataset

SIDE = 48


def overlay(dataset: Dataset) -> None:
    """Add an overlay plane of PS3.3 C.9.2, all bits set."""
    for element, kind, value in (
        (0x0010, "US", SIDE),
        (0x0011, "US", SIDE),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", b"\xff" * (SIDE * SIDE // 8)),
    ):
        dataset.add_new(0x6000_0000 + element, kind, value)


def embedded_overlay(dataset: Dataset) -> None:
    """Draw into bit 15 of the pixels, as retired overlays did."""
    pixels = np.frombuffer(dataset.PixelData, np.uint16) | np.uint16(0x8000)
    dataset.PixelData = pixels.tobytes()
    overlay(dataset)
    del dataset[0x6000_3000]
    dataset[0x6000_0100].value, dataset[0x6000_0102].value = 16, 15


def icon(dataset: Dataset) -> None:
    """Add a small picture of the picture."""
    small = Dataset()
    small.Rows, small.Columns, small.BitsAllocated, small.BitsStored = 4, 4, 8, 8
    small.SamplesPerPixel, small.PhotometricInterpretation = 1, "MONOCHROME2"
    small.PixelData = b"\xff" * 16
    small["PixelData"].VR = "OB"
    dataset.IconImageSequence = Sequence([small])


def window(dataset: Dataset) -> None:
    """Ask a viewer for another grey scale."""
    dataset.WindowCenter, dataset.WindowWidth = "1", "2"


@pytest.mark.parametrize("drawn", [overlay, embedded_overlay, icon, window])
def test_what_is_drawn_over_a_picture_is_not_stored(
    drawn: Callable[[Dataset], None], tmp_path: Path
) -> None:
    digests = set()
    for name in ("plain", "drawn"):
        dataset = dicom_dataset(picture(SIDE, SIDE), bits_stored=12)
        if name == "drawn":
            drawn(dataset)
        folder = tmp_path / name / "H01" / "C004"
        folder.mkdir(parents=True)
        (folder / "a.dcm").write_bytes(file_bytes(dataset, EXPLICIT))
        (folder / "a.json").write_text('{"L4-5": 3}')
        digests.add(stored_digest(tmp_path / name, tmp_path))
    assert len(digests) == 1


def stored_digest(source: Path, top: Path) -> str:
    key = top / "key"
    key.write_bytes(KEY)
    out = top / f"{source.name} out"
    recipe = Recipe.model_validate({"name": "small", "image": {"size": [16, 16]}})
    build(
        BuildConfig((source,), out, top / f"{source.name} private", recipe, key),
        executor=SerialExecutor(),
    )
    (digest,) = open_dataset(out).manifest_table().column("pixel_sha256").to_pylist()
    return str(digest)
