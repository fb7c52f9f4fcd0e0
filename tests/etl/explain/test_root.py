"""Where a file's tree begins."""

from pathlib import Path

import pytest

from hnp_etl.explain.root import tree_of
from hnp_etl.recipes.recipe import Layout


@pytest.mark.parametrize(
    ("file", "tree"),
    [
        ("/data/set/1.Training/원천데이터/TS_DLD/H01/C004/a.dcm", "/data/set"),
        ("/data/set/1.Training_0728_add/라벨링데이터/TL_DLD/H01/C004/a.json", "/data/set"),
        ("/data/set/Training/TS_DLD/H01/C004/p/s/a.dcm", "/data/set"),
        ("/data/H01/C004/a.dcm", "/data"),
        ("/data/C004/patients/a.dcm", "/data"),
        ("/data/train_images/100/200/1.dcm", "/data"),
        ("/home/trainer/disk/spine/H01/C004/a.dcm", "/home/trainer/disk/spine"),
        ("/H01/a.dcm", "/H01"),
        ("/data/other/a.dcm", "/data/other"),
        ("/a.dcm", "/"),
    ],
)
def test_the_tree_begins_above_the_topmost_folder_that_tells(file: str, tree: str) -> None:
    assert tree_of(Path(file), Layout()) == Path(tree)


def test_a_decomposed_name_tells_too() -> None:
    decomposed = "\u110b\u116f\u11ab\u110e\u1165\u11ab\u1103\u1166\u110b\u1175\u1110\u1165"  # NFD
    assert tree_of(Path(f"/data/{decomposed}/x/a.dcm"), Layout()) == Path("/data")
