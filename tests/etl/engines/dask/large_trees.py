"""A tree of several shards, which threads of one worker decode at the same time."""

from pathlib import Path

from dicom_files import EXPLICIT, JPEG_LOSSLESS, JPEG_LS, RLE
from etl.trees import KEY, Slice, hard_tree, write_slice

PEOPLE, SLICES = 8, 66
SYNTAXES = (EXPLICIT, RLE, EXPLICIT, JPEG_LS, EXPLICIT, JPEG_LOSSLESS)


def write_large_tree(folder: Path) -> None:
    """Write sources and a key; half of the images are compressed, and every trouble is there."""
    hard_tree(folder / "src")
    for person in range(PEOPLE):
        for number in range(SLICES):
            each = Slice(f"C{person:03d}", number, hospital=f"H{person % 3 + 1:02d}")
            write_slice(folder / "src", each, syntax=SYNTAXES[number % len(SYNTAXES)])
    (folder / "key").write_bytes(KEY)
