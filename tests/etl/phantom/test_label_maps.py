"""Label maps of a phantom: a PNG a slice of a disc, named as its image, in classes of mask sets."""

from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from hnp_etl.phantom import PhantomConfig, write_phantom
from hnp_shared.errors import InputError


def test_label_maps_lie_on_their_images_and_change_none(tmp_path: Path) -> None:
    plain = PhantomConfig(tmp_path / "plain", 1, 5, matrix=128, masks=True)
    write_phantom(plain)
    maps = tmp_path / "maps"
    report = write_phantom(
        PhantomConfig(tmp_path / "tree", 1, 5, matrix=128, masks=True, label_maps=maps)
    )
    written = {
        path.relative_to(maps).with_suffix(".dcm").as_posix() for path in maps.rglob("*.png")
    }
    assert written == {row.path for row in report.truth}
    for path in (tmp_path / "tree").rglob("*.dcm"):
        other = tmp_path / "plain" / path.relative_to(tmp_path / "tree")
        assert path.read_bytes() == other.read_bytes()
    assert (tmp_path / "tree.truth.npz").read_bytes() == (tmp_path / "plain.truth.npz").read_bytes()
    image = pydicom.dcmread(tmp_path / "tree" / report.truth[0].path).pixel_array
    mask = cv2.imread(str((maps / report.truth[0].path).with_suffix(".png")), cv2.IMREAD_UNCHANGED)
    assert mask is not None
    assert set(np.unique(mask)) == {0, 1, 2, 3, 4, 5}
    assert mask.shape == image.shape
    assert image[mask == 3].mean() > 2 * image[mask == 2].mean()
    with np.load(tmp_path / "tree.truth.npz") as truth:
        parts = truth[report.truth[0].path]
    np.testing.assert_array_equal(mask == 2, parts == 1)
    np.testing.assert_array_equal(mask == 1, parts == 2)


def test_label_maps_lie_outside_the_tree(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="overlap"):
        write_phantom(PhantomConfig(tmp_path / "t", 1, label_maps=tmp_path / "t" / "maps"))
