from pathlib import Path

import numpy as np

from hnp_model.data.slices import read_slices
from hnp_model.splits.composition import Content, compose, off_balance
from hnp_shared.dataset import open_dataset


def test_parts_and_hospitals_add_up(dataset: Path) -> None:
    slices = read_slices(open_dataset(dataset))
    parts = np.where(np.arange(len(slices)) % 3 == 0, "val", "train")
    contents = {(content.part, content.hospital): content for content in compose(slices, parts)}
    whole = contents["all", "all"]
    assert (whole.slices, whole.positive) == (len(slices), int(slices.is_patient.sum()))
    for part in ("all", "train", "val"):
        inside = [contents[part, hospital].slices for hospital in ("H01", "H02", "H03")]
        assert sum(inside) == contents[part, "all"].slices
    assert list(contents)[::4] == [("all", "all"), ("train", "all"), ("val", "all")]


def test_parts_unlike_the_whole_are_named() -> None:
    whole = Content("all", "all", 10, 100, 40)
    close, far = Content("train", "all", 6, 60, 24), Content("val", "all", 4, 40, 19)
    assert off_balance((whole, close, Content("train", "H01", 1, 2, 2), far)) == (far,)
