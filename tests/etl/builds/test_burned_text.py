"""A slice with letters in what is kept is flagged, or left out where the recipe says so."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from etl.trees import KEY, Slice, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import BurnedText, Image, Recipe, Selection

PLAIN, LETTERED = 0, 1
"""Slice numbers."""


def write_tree(root: Path) -> None:
    """Write a plain slice, and one with a name inside what the crop keeps."""
    for number in (PLAIN, LETTERED):
        pixels = np.random.default_rng(number).integers(200, 300, (256, 256)).astype(np.uint16)
        if number == LETTERED:
            face, blank = cv2.FONT_HERSHEY_SIMPLEX, np.zeros((256, 256), np.uint8)
            letters = cv2.putText(blank, "KIM 5804123", (50, 64), face, 0.5, 255, 1)
            pixels = np.maximum(pixels, letters.astype(np.uint16) * 4)
        image, _ = write_slice(root, Slice("P001", number))
        write_slice(root, Slice("P001", number), Rows=256, Columns=256, PixelData=pixels.tobytes())
        assert (root / image).stat().st_size > 2 * 256 * 256


@pytest.mark.parametrize(
    ("rule", "flags", "reasons"),
    [
        ("keep", [[], []], {}),
        ("flag", [[], ["burned_text"]], {}),
        ("reject", [[]], {"BURNED_IN": 1}),
    ],
)
def test_letters_are_flagged_rejected_or_not_looked_for(
    rule: BurnedText, flags: list[list[str]], reasons: dict[str, int], tmp_path: Path
) -> None:
    write_tree(tmp_path / "src")
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    recipe = Recipe(name="t", image=Image(size=(64, 64)), selection=Selection(burned_text=rule))
    out = tmp_path / "out"
    config = BuildConfig((tmp_path / "src",), out, tmp_path / "private", recipe, tmp_path / "key")
    info = build(config, executor=SerialExecutor()).info
    rows = pd.read_parquet(out / "manifest.parquet").sort_values("slice_position_mm")
    found = [[each for each in row if each == "burned_text"] for row in rows["flags"]]
    assert (found, dict(info.reasons)) == (flags, reasons)
