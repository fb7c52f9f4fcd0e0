"""A bug tells where it is, and none of the values it met; nothing is written beside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl.deadly import fail
from hnp_etl.engines.engines import open_executor
from hnp_etl.state.database import STATE_FILE, DamagedStateError, open_state

SECRET = "CANARY7"

BUGGY = """
import hnp_etl.commands.recipes as command, sys, resource
def bug(name):
    try:
        raise KeyError("CANARY7")
    except KeyError as error:
        print(resource.getrlimit(resource.RLIMIT_CORE)[0])
        raise ValueError(f"read {name} as CANARY7") from error
command.load_recipe = bug
from hnp_etl.cli import main
main(["recipes"])
"""


def test_a_bug_keeps_its_frames_and_withholds_its_words() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUGGY], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout == "0\n"  # no core file
    assert SECRET not in done.stderr
    assert "KeyError (what it says is withheld)" in done.stderr
    assert "ValueError (what it says is withheld)" in done.stderr
    assert "in _list" in done.stderr
    assert done.stderr.endswith("please report it with these lines\n")


@pytest.mark.filterwarnings("ignore")
def test_dask_logs_no_values(capfd: pytest.CaptureFixture[str]) -> None:
    with open_executor(1, engine="dask") as executor, pytest.raises(OSError, match=SECRET):
        executor.submit(fail, SECRET).result()
    told = capfd.readouterr()
    assert SECRET not in told.err + told.out


@pytest.mark.skipif(sys.platform != "linux", reason="open files are listed in /proc")
@pytest.mark.parametrize("name", ["private", "it's 사적"])
def test_what_sqlite_sorts_on_the_disk_stays_in_the_private_folder(
    tmp_path: Path, name: str
) -> None:
    private = tmp_path / name
    private.mkdir()
    with open_state(private) as state:
        state.execute("PRAGMA cache_size = -100")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
        rows = state.execute(f"{numbers} SELECT hex(randomblob(40)) AS a FROM n ORDER BY a || 'x'")
        rows.fetchone()
        sorting = [path for path in _open_files() if "etilqs_" in path]
        rows.close()
    assert sorting
    assert {str(Path(path).parent) for path in sorting} == {str(private)}


def test_a_remembered_text_that_is_damaged_is_not_quoted(tmp_path: Path) -> None:
    with pytest.raises(DamagedStateError) as caught, open_state(tmp_path) as state:
        state.execute(f"SELECT CAST(x'{SECRET.encode().hex()}ff' AS TEXT)").fetchone()
    assert str(caught.value) == "the private state: what it remembers was damaged"
    assert not (tmp_path / STATE_FILE).exists()


def test_a_private_folder_whose_name_is_no_text_still_works(tmp_path: Path) -> None:
    private = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xb0\xa1"))
    private.mkdir()
    with open_state(private) as state:
        assert state.execute("PRAGMA temp_store").fetchone() == (2,)  # memory


def _open_files() -> list[str]:
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(entry.readlink()))
        except OSError:
            continue
    return found
