"""Engines run the same tasks; none changes a byte."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.trees import KEY, hard_tree
from hnp_etl.engines import SerialExecutor, open_executor, ordered_map
from hnp_shared.errors import StorageError


def double(number: int) -> int:
    return 2 * number


def end_this_process(_number: int) -> int:
    os._exit(1)


def fail(_number: int) -> int:
    raise KeyError("a bug in a task")


@pytest.mark.parametrize("in_flight", [1, 3, 100])
def test_results_come_in_the_order_of_the_items(in_flight: int) -> None:
    found = ordered_map(SerialExecutor(), double, range(10), in_flight=in_flight)
    assert list(found) == list(range(0, 20, 2))


def test_no_more_items_are_read_than_may_be_in_flight() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    found = ordered_map(SerialExecutor(), double, items(), in_flight=3)
    next(found)
    assert taken == [0, 1, 2]


def test_a_bug_in_a_task_keeps_its_type() -> None:
    with pytest.raises(KeyError, match="a bug in a task"):
        list(ordered_map(SerialExecutor(), fail, [1], in_flight=1))


def test_a_worker_that_dies_is_a_storage_error() -> None:
    with (
        pytest.raises(StorageError, match="a worker: it was ended from outside"),
        open_executor(2) as executor,
    ):
        list(ordered_map(executor, end_this_process, [1], in_flight=1))


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_each_engine_writes_the_same_bytes(tmp_path: Path) -> None:
    hard_tree(tmp_path / "src")
    (tmp_path / "key").write_bytes(KEY)
    program = Path(sys.executable).parent / "hnp-etl"
    found = []
    for name, options in (
        ("serial", ["--workers", "1"]),
        ("processes", ["--workers", "2"]),
        ("dask", ["--workers", "2", "--engine", "dask"]),
    ):
        out = tmp_path / name
        source: list[str | Path] = [program, "build-manifest", tmp_path / "src"]
        source += ["--key-file", tmp_path / "key"]
        subprocess.run([*source, "--out", out, *options], check=True, capture_output=True)
        found.append(content(out))
    assert found[0] == found[1] == found[2]


def test_a_scheduler_goes_with_dask_only(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    program = Path(sys.executable).parent / "hnp-etl"
    command: list[str | Path] = [program, "build-manifest", tmp_path / "src"]
    command += ["--out", tmp_path / "out"]
    done = subprocess.run(
        [*command, "--scheduler", "tcp://127.0.0.1:1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == "error: found --scheduler, expected --engine dask with it\n"
