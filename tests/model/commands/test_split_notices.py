"""What did not fit when a data set was built is said before it is split."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hnp_model.commands.split import split_command
from hnp_shared.dataset_info import read_info, write_info
from hnp_shared.notices import Misfit, Notice
from model.synthetic import Plan, write_dataset


@pytest.mark.parametrize(("patients", "status"), [(8, 0), (1, 65)])
def test_it_is_told_even_when_the_split_is_refused(
    patients: int, status: int, tmp_path: Path
) -> None:
    out = write_dataset(tmp_path / "out", Plan(patients=patients))
    notice = Notice("H01", Misfit.JOINED, "label", {"values": 6, "patients": 1, "uids": 1})
    write_info(out, replace(read_info(out), notices=(notice,)))
    done = CliRunner().invoke(split_command, [str(out), "-o", str(tmp_path / "s.csv")])
    first = "warning: H01: 6 label values became 1 patient through 1 StudyInstanceUID\n"
    assert done.stderr.startswith(first)
    assert done.exit_code == status
