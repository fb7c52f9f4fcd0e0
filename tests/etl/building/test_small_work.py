"""Work that is done before workers could begin is done here, and comes out the same."""

import os
import subprocess
import sys
from concurrent.futures import Executor
from pathlib import Path

import pytest

from etl.trees import KEY, sound_tree
from hnp_etl.building import intake
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import open_executor
from hnp_etl.engines.local_processes import LocalProcesses
from hnp_etl.recipes.recipe import Image, Recipe

TINY = Recipe(name="tiny", image=Image(size=(32, 32)))


def built(folder: Path, name: str, executor: Executor) -> str:
    """Build the tree; return the id of the data set."""
    if not (folder / "key").exists():
        sound_tree(folder / "src")
        (folder / "key").write_bytes(KEY)
        (folder / "key").chmod(0o600)
    out = folder / name
    config = BuildConfig((folder / "src",), out, folder / f"{name}.private", TINY, folder / "key")
    return build(config, executor=executor).info.dataset_id


@pytest.mark.parametrize(
    ("workers", "many_files", "begun"), [(None, 500, False), (2, 500, True), (None, 5, True)]
)
def test_workers_begin_when_asked_for_or_when_there_is_much_to_do(
    workers: int | None,
    many_files: int,
    begun: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr(intake, "MANY_FILES", many_files)
    with open_executor(workers) as executor:
        assert isinstance(executor, LocalProcesses)
        first = built(tmp_path, "first", executor)
        assert (executor._crew is not None) is begun
    with open_executor(1) as alone:
        assert built(tmp_path, "second", alone) == first


def test_pandas_is_not_imported_by_a_build_and_still_works_after_it(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
import etl.building.test_small_work as here
from hnp_etl.engines.engines import SerialExecutor
from hnp_shared import open_dataset
folder = Path(sys.argv[1])
here.built(folder, "out", SerialExecutor())
assert "pandas" not in sys.modules
assert len(open_dataset(folder / "out").manifest) == 12
"""
    tests = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": tests},
    )
    assert (done.returncode, done.stderr) == (0, "")
