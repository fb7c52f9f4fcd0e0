"""Engines run the same tasks; none changes a byte."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from etl.deadly import DEADLY, double, double_once_left_alone, double_or_die, slowly_double
from etl.facts import facts_of
from etl.trees import KEY, hard_tree
from hnp_etl.engines import engines
from hnp_etl.engines.engines import (
    ENGINES,
    SerialExecutor,
    Task,
    open_executor,
    ordered_map,
    refuse_unfit,
)
from hnp_etl.files.file_stat import FileStat
from hnp_etl.files.source_file import SourceFile
from hnp_etl.reading.read import FileFacts, Ref, read_one_by_one
from hnp_etl.reading.sealed import pack_header
from hnp_etl.recipes.recipe import Image
from hnp_etl.sharding.shard import build_without_killers
from hnp_etl.sharding.shard_plan import PlannedSlice, ShardPlan
from hnp_etl.sharding.shard_result import Refusal, SampleRow, ShardResult
from hnp_shared.errors import InputError, StoppedError
from hnp_shared.storage import DISK, Disk
from hnp_shared.vocabulary import Kind, Reason


def fail(_number: int) -> int:
    raise KeyError("a bug in a task")


NO_FILE = SourceFile(b"", FileStat(1, 0, 0, 0))
HEADER = pack_header(facts_of())


def never(_item: int, _attempt: object) -> int:
    raise AssertionError("no process died")


@pytest.mark.parametrize("in_flight", [1, 3, 100])
def test_results_come_in_the_order_of_the_items(in_flight: int) -> None:
    found = ordered_map(SerialExecutor(), Task(double, never), range(10), in_flight=in_flight)
    assert list(found) == list(range(0, 20, 2))


def test_any_executor_serves_threads_too() -> None:
    with ThreadPoolExecutor(4) as executor:
        task = Task(slowly_double, never)
        assert list(ordered_map(executor, task, range(20), in_flight=8)) == list(range(0, 40, 2))


class Gone(ThreadPoolExecutor):
    """Threads that are out of sight, and may be gone."""

    def inspect(self, src: Sequence[Path], out: Path, *, disk: Disk = DISK) -> None:
        raise InputError(f"{len(src)} sources and {out.name} are not seen by {type(disk)}")

    def check(self) -> None:
        raise StoppedError("nobody is left")


def test_who_works_out_of_sight_is_inspected(tmp_path: Path) -> None:
    refuse_unfit(SerialExecutor(), [tmp_path], tmp_path)
    with Gone(1) as executor, pytest.raises(InputError, match="1 sources and .* are not seen"):
        refuse_unfit(executor, [tmp_path], tmp_path)


def test_a_wait_for_what_is_gone_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_BETWEEN_CHECKS_S", 0.01)
    release = threading.Event()

    def wait(_number: int) -> int:
        release.wait(60)
        return 0

    with Gone(1) as executor:
        with pytest.raises(StoppedError, match="nobody is left"):
            next(ordered_map(executor, Task(wait, never), [1], in_flight=1))
        release.set()


def test_no_more_items_are_read_than_may_be_in_flight() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    found = ordered_map(SerialExecutor(), Task(double, never), items(), in_flight=3)
    next(found)
    assert taken == [0, 1, 2]


def test_giving_up_with_work_under_way_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: said.append(repr(args.exc_value)))

    def give_up() -> None:
        with open_executor(2) as executor:
            naps = ordered_map(executor, Task(slowly_double, never), range(200), in_flight=100)
            next(naps)
            del naps  # as a stop within it ends it
            raise KeyboardInterrupt

    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            give_up()
    assert not said


STOP_AMONG_LARGE_RESULTS = """
from etl.deadly import large
from etl.engines.test_engines import never
from hnp_etl.engines.engines import Task, open_executor, ordered_map

if __name__ == "__main__":
    with open_executor(2) as executor:
        results = ordered_map(executor, Task(large, never), range(10_000), in_flight=4)
        for _ in range(20):
            next(results)
        raise KeyboardInterrupt
"""


def test_a_stop_while_results_are_handed_over_ends(tmp_path: Path) -> None:
    script = tmp_path / "stop.py"
    script.write_text(STOP_AMONG_LARGE_RESULTS)
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, script],
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"


def test_a_bug_in_a_task_keeps_its_type() -> None:
    with pytest.raises(KeyError, match="a bug in a task"):
        list(ordered_map(SerialExecutor(), Task(fail, never), [1], in_flight=1))


@pytest.mark.parametrize("engine", [*ENGINES, "concurrent.futures:ProcessPoolExecutor"])
def test_an_item_that_kills_its_process_costs_that_item(engine: str) -> None:
    blamed: list[int] = []

    def isolate(item: int, attempt: Callable[[int], int | None]) -> int:
        blamed.append(item)
        assert attempt(item) is None
        return -1

    with open_executor(2, engine=engine) as executor:
        task = Task(double_or_die, isolate)
        found = list(ordered_map(executor, task, range(12), in_flight=4))
    assert found == [-1 if number == DEADLY else 2 * number for number in range(12)]
    assert blamed == [DEADLY]


def test_workers_killed_from_outside_three_times_cost_no_item(tmp_path: Path) -> None:
    (tmp_path / "marks").mkdir()
    work = partial(double_once_left_alone, marks=tmp_path / "marks", kills=4)
    with open_executor(2) as executor:
        found = list(ordered_map(executor, Task(work, never), range(12), in_flight=4))
    assert found == [2 * number for number in range(12)]
    assert len(list((tmp_path / "marks").iterdir())) == 4


def ref(number: int) -> Ref:
    return Ref(number, Kind.IMAGE, NO_FILE)


def test_of_a_batch_only_the_deadly_file_is_crashed() -> None:
    def attempt(refs: Sequence[Ref]) -> list[FileFacts] | None:
        return None if refs[0].id == DEADLY else [FileFacts(refs[0].id, "{}", None, None)]

    found = read_one_by_one([ref(number) for number in range(8)], attempt)
    assert [each.refusal for each in found] == [
        Reason.CRASHED if number == DEADLY else None for number in range(8)
    ]


def planned(number: int) -> PlannedSlice:
    return PlannedSlice(number, f"s{number}", "p", b"", NO_FILE, (3, "3"), HEADER)


def test_of_a_shard_only_the_deadly_slice_is_crashed() -> None:
    plan = ShardPlan(tuple(map(planned, range(8))), Image())

    def attempt(part: ShardPlan) -> ShardResult | None:
        numbers = [each.id for each in part.slices]
        rows = tuple(SampleRow(number, 0, "", 0, 1, None, None) for number in numbers)
        return None if DEADLY in numbers else ShardResult("part", None, rows, ())

    found = build_without_killers(plan, attempt)
    assert [row.id for row in found.rows] == [number for number in range(8) if number != DEADLY]
    assert found.refused == (Refusal(DEADLY, Reason.CRASHED),)
    assert found.plan == plan.digest()
    assert not found.lasting


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
