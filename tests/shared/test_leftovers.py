"""What a killed command left in the making is swept by the next, and nobody else's."""

import os
from pathlib import Path

from hnp_shared.leftovers import sweep_leftovers
from hnp_shared.storage import replace_file

LEFT = ".tmp-0123456789abcdef"


def old(path: Path) -> Path:
    path.write_bytes(b"half")
    os.utime(path, (1, 1))
    return path


def test_a_file_that_nobody_writes_is_removed_and_others_stay(tmp_path: Path) -> None:
    left = old(tmp_path / LEFT)
    others = [old(tmp_path / name) for name in (".tmp-mine", "a.csv")]
    (tmp_path / ".tmp-fedcba9876543210").symlink_to(others[0])
    sweep_leftovers(tmp_path)
    assert (left.exists(), [other.exists() for other in others]) == (False, [True, True])
    assert (tmp_path / ".tmp-fedcba9876543210").is_symlink()


def test_a_file_that_is_being_written_stays(tmp_path: Path) -> None:
    def fill(sink: object) -> None:
        for path in tmp_path.glob(".tmp-*"):
            os.utime(path, (1, 1))
        sweep_leftovers(tmp_path)

    written = replace_file(tmp_path / "a.csv", fill, role="a file")
    assert (written.name, (tmp_path / "a.csv").exists()) == ("a.csv", True)
