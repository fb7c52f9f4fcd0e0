"""A hospital's name leads no split file elsewhere, and forges no line in its head."""

from dataclasses import replace

import numpy as np
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.making import make_splits
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.splits import Split, split_bytes
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> Slices:
    out = tmp_path_factory.mktemp("names") / "out"
    return read_slices(open_dataset(write_dataset(out, Plan(patients=12, side=8))))


@pytest.mark.parametrize("name", ["../x", "a/b", "H" * 300, "H1\n# unit: slice", "..", "\x1b[31m"])
def test_a_hospital_that_can_name_no_file_is_refused(name: str, slices: Slices) -> None:
    named = replace(slices, hospital=np.where(slices.hospital == "H01", name, slices.hospital))
    with pytest.raises(InputError, match="1 hospital of 3 can be no part of a file's name"):
        make_splits(named, "0" * 16, SplitSettings(scheme="hospital-out"))


def test_a_value_in_the_head_is_one_line() -> None:
    content = split_bytes(Split("patient", {"test": "H1\n# unit: slice"}, {"a": "train"}))
    assert content.decode().splitlines()[2] == "# test: H1 # unit: slice"
