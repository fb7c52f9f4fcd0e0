"""A file cut anywhere gives the whole file's array, or a reason; never something else."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from dicom_files import (
    DEFLATED,
    EXPLICIT,
    JPEG_LS,
    RLE,
    dicom_dataset,
    file_bytes,
    label_bytes,
    picture,
)
from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.folder import private_folder
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset import open_dataset


def padded(syntax: str, number: int) -> bytes:
    """Return a file with something behind its pixel data: cuts there cost nothing."""
    uids = {"StudyInstanceUID": f"2.25.1{number:09d}"}
    dataset: Dataset = dicom_dataset(picture(), syntax=syntax, bits_stored=12, **uids)
    dataset.DataSetTrailingPadding = b"\0" * 600
    return file_bytes(dataset, syntax)


@pytest.mark.parametrize(
    ("syntax", "cuts"),
    [(EXPLICIT, 200), (DEFLATED, 60), (RLE, 60), (JPEG_LS, 60)],
    ids=["explicit", "deflated", "rle", "jpeg-ls"],
)
def test_a_cut_file_gives_the_same_array_or_a_reason(
    tmp_path: Path, syntax: str, cuts: int
) -> None:
    folder = tmp_path / "src" / "H01" / "C004"
    folder.mkdir(parents=True)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    ends = np.unique(np.linspace(0, len(padded(syntax, 0)), cuts).astype(int))
    for end in ends.tolist():  # each of another person, or they would be copies
        (folder / f"{end}.dcm").write_bytes(padded(syntax, 10**8 + end)[:end])
        (folder / f"{end}.json").write_bytes(label_bytes(Patient_ID=f"P{end}"))
    config = BuildConfig(
        src=(tmp_path / "src",),
        out=tmp_path / "out",
        private=private_folder(tmp_path / "out"),
        recipe=Recipe(name="cuts"),
        key_file=tmp_path / "key",
    )
    build(config, executor=SerialExecutor())
    dataset = open_dataset(tmp_path / "out")
    images = dataset.ledger_table().to_pandas().query("kind == 'image'")
    assert len(images) == len(ends)
    assert images.reason.notna().sum() == (images.state != "accepted").sum()
    manifest = dataset.manifest_table().to_pandas()
    assert 1 <= len(manifest) < len(ends)
    assert manifest.pixel_sha256.nunique() == 1
