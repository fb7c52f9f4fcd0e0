"""Local workers: any may be killed, suspended or unable to start, and nobody waits for ever."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, wait
from pathlib import Path

import pytest

from etl.builds.test_crash import build_command, children_of, is_running
from etl.deadly import (
    complain,
    double,
    fail,
    fail_fussily,
    nap,
    no_result,
    slow_length,
    slowly_double,
    very_large,
)
from etl.trees import KEY, sound_tree
from hnp_etl.bugs import frames_of
from hnp_etl.engines import local_crew, local_link
from hnp_etl.engines.engines import Task, ordered_map
from hnp_etl.engines.local_link import Link
from hnp_etl.engines.local_processes import LocalProcesses
from hnp_shared.errors import StorageError

LONGEST_STOP_S = 10.0
SECRET = "CANARY7"

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")


@pytest.fixture
def pool() -> Iterator[LocalProcesses]:
    with LocalProcesses(2) as executor:
        yield executor


STRANGERS = set[int]()
"""Children that tests of other modules have left to this process; a dead one has no command."""


@pytest.fixture(autouse=True, scope="module")
def _strangers() -> None:
    STRANGERS.update(children_of(os.getpid()))


def workers_of(process: int) -> list[int]:
    """Return the children that are no decoder, which another test may have left to this thread."""
    here = [child for child in children_of(process) if child not in STRANGERS]
    return [child for child in here if b"decoder_child" not in said_of(child)]


def said_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def ready(pool: LocalProcesses) -> list[Link]:
    """Return the workers once both can work."""
    pool.get_ready()
    assert pool._crew is not None
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        links = [link for link in list(pool._crew._links) if link.is_ready]
        if len(links) == 2:
            return links
        time.sleep(0.01)
    raise AssertionError("two workers were not ready in a minute")


def suspend(link: Link) -> None:
    process = link.process.pid
    os.kill(process, signal.SIGSTOP)
    while Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2][1] != "T":
        time.sleep(0.001)


def until_it_lives(item: int, attempt: Callable[[int], bytes | None]) -> bytes:
    while (result := attempt(item)) is None:
        pass
    return result


def test_results_come_in_order(pool: LocalProcesses) -> None:
    task = Task(double, lambda item, _attempt: item)
    found = ordered_map(pool, task, range(1000), in_flight=8)
    assert list(found) == list(range(0, 2000, 2))


def test_a_bug_keeps_its_type_and_tells_where_it_was(pool: LocalProcesses) -> None:
    with pytest.raises(OSError, match=SECRET) as caught:
        pool.submit(fail, SECRET).result()
    told = frames_of(caught.value)
    assert "in a worker:" in told
    assert "in fail" in told
    assert SECRET not in told


def test_what_cannot_be_handed_over_is_an_error_too(pool: LocalProcesses) -> None:
    with pytest.raises(RuntimeError, match="FussyError in a worker"):
        pool.submit(fail_fussily, SECRET).result()
    with pytest.raises(AttributeError, match="local object"):
        pool.submit(no_result).result()
    assert pool.submit(double, 2).result() == 4


@pytest.mark.parametrize("kills", [30, pytest.param(300, marks=pytest.mark.torture)])
def test_workers_killed_while_they_hand_over_cost_no_result(
    pool: LocalProcesses, kills: int
) -> None:
    done, dice = threading.Event(), random.Random(kills)

    def kill_them() -> None:
        for _ in range(kills):
            busy = [link for link in ready(pool) if link.futures]
            if busy:
                dice.choice(busy).process.kill()
            time.sleep(0.03 * dice.random())
        done.set()

    def items() -> Iterator[int]:
        number = 0
        while not done.is_set():
            yield number
            number += 1

    killer = threading.Thread(target=kill_them)
    killer.start()
    found = 0
    for result in ordered_map(pool, Task(very_large, until_it_lives), items(), in_flight=4):
        assert result == very_large(found)
        found += 1
    killer.join()
    assert found > kills


def test_a_death_costs_the_calls_of_that_worker_only(pool: LocalProcesses) -> None:
    first, second = ready(pool)
    naps = [pool.submit(nap, 0.5) for _ in range(4)]
    while len(first.futures) + len(second.futures) < 4:
        time.sleep(0.01)
    lost, kept = list(first.futures), list(second.futures)
    first.process.kill()
    wait(naps)
    assert all(isinstance(future.exception(), BrokenExecutor) for future in lost)
    assert [future.result() for future in kept] == [second.process.pid] * 2
    assert first not in ready(pool)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_dies_idle_is_replaced(pool: LocalProcesses, number: signal.Signals) -> None:
    for link in ready(pool):
        link.process.send_signal(signal.SIGINT)  # is the parent's to handle
    assert pool.submit(double, 2).result() == 4
    before = ready(pool)
    before[0].process.send_signal(number)
    while before[0] in ready(pool):
        time.sleep(0.01)
    assert pool.submit(double, 2).result() == 4


def test_without_descriptors_of_processes_deaths_are_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(local_link, "_death", lambda _process: None)
    with LocalProcesses(2) as pool:
        link = ready(pool)[0]
        naps = [pool.submit(nap, 0.5) for _ in range(4)]
        while not link.futures:
            time.sleep(0.01)
        link.process.kill()
        wait(naps)
        assert {type(future.exception()) for future in naps} > {type(None)}
    assert workers_of(os.getpid()) == []


def test_a_suspended_worker_holds_up_nobody_else(pool: LocalProcesses) -> None:
    first, second = ready(pool)
    suspend(first)
    lengths = [pool.submit(slow_length, bytes(2_000_000)) for _ in range(20)]
    while len(first.futures) < 2:
        time.sleep(0.01)
    held = set(first.futures)
    wait([future for future in lengths if future not in held])
    assert not second.futures
    os.kill(first.process.pid, signal.SIGCONT)
    assert {future.result() for future in lengths} == {2_000_000}


def test_stop_ends_suspended_workers() -> None:
    pool = LocalProcesses(2)
    links = ready(pool)
    naps = [pool.submit(nap, 0.1) for _ in range(6)]
    for link in links:
        suspend(link)
    began_s = time.monotonic()
    pool.stop()
    assert time.monotonic() - began_s < LONGEST_STOP_S
    assert workers_of(os.getpid()) == []
    assert all(future.done() for future in naps)


def test_stop_waits_for_what_is_under_way_but_not_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_crew, "_GRACE_S", 0.5)
    pool = LocalProcesses(2)
    links = ready(pool)
    naps = [pool.submit(nap, seconds) for seconds in (0.2, 60, 60, 60, 60, 60)]
    while not all(link.futures for link in links):
        time.sleep(0.01)
    pool.stop()
    assert naps[0].result() in {link.process.pid for link in links}
    assert isinstance(naps[1].exception(), BrokenExecutor)
    with pytest.raises(CancelledError):
        naps[5].result()
    assert workers_of(os.getpid()) == []
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(double, 1)


def test_what_waits_can_be_cancelled(pool: LocalProcesses) -> None:
    ready(pool)
    under_way = [pool.submit(nap, 0.3) for _ in range(4)]
    while not all(future.running() for future in under_way):
        time.sleep(0.01)
    waiting = [pool.submit(nap, 0.3) for _ in range(4)]
    assert waiting[0].cancel()
    pool.shutdown(cancel_futures=True)
    wait(waiting)  # who waits is told of the cancelled ones
    assert [future.cancelled() for future in under_way + waiting] == [False] * 4 + [True] * 4


def test_shutdown_lets_all_be_done_that_was_submitted() -> None:
    pool = LocalProcesses(2)
    doubled = [pool.submit(slowly_double, number) for number in range(30)]
    pool.shutdown(wait=False)
    with pytest.raises(RuntimeError, match="after shutdown"):
        pool.submit(double, 1)
    assert [future.result(60) for future in doubled] == list(range(0, 60, 2))
    pool.shutdown()


def test_nothing_is_left_of_a_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    threads, descriptors = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for end in (LocalProcesses.shutdown, LocalProcesses.stop):
        pool = LocalProcesses(2)
        killed = ready(pool)[0]
        killed.process.kill()
        while killed in ready(pool):
            time.sleep(0.01)
        end(pool)
        end(pool)
        assert threading.active_count() == threads
        assert len(list(Path("/proc/self/fd").iterdir())) == descriptors
        assert workers_of(os.getpid()) == []
    assert list(tmp_path.iterdir()) == []
    LocalProcesses(2).shutdown()


KILLED_PARENT = """
import sys
from etl.deadly import nap
from hnp_etl.engines.local_processes import LocalProcesses

pool = LocalProcesses(2)
print(*{pool.submit(nap, 0.3).result() for _ in range(2)}, flush=True)
naps = [pool.submit(nap, 60) for _ in range(int(sys.argv[1]))]
naps or input()
[each.result() for each in naps]
"""


@pytest.mark.parametrize("naps", [0, 4], ids=["idle", "busy"])
def test_workers_end_when_their_parent_is_killed(tmp_path: Path, naps: int) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", KILLED_PARENT, str(naps)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(tmp_path)},
    )
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        workers = workers_of(parent.pid)
        assert len(workers) == 2
        parent.kill()
    deadline = time.monotonic() + 2
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_running, workers))
    assert list(tmp_path.iterdir()) == []


def error_of_a_call(pool: LocalProcesses) -> BaseException | None:
    """Return what a call ends in, which `submit` raises once it is known."""
    try:
        return pool.submit(double, 1).exception(30)
    except StorageError as error:
        return error


def a_worker_that(does: str, folder: Path) -> str:
    program = folder / "python"
    program.write_text(f"#!/bin/sh\necho noise >&2\necho >> {folder}/started\n{does}\n")
    program.chmod(0o700)
    return str(program)


@pytest.mark.parametrize(
    ("does", "told", "starts"),
    [
        ("exit 1", "it ended before it could work (exit code 1)", 1),
        ("kill -9 $$", "it ended before it could work (killed by signal 9)", 4),
        ("exec sleep 60", "it did not begin to work in time", 1),
    ],
)
def test_a_worker_that_cannot_begin_is_no_verdict(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    does: str,
    told: str,
    starts: int,
) -> None:
    monkeypatch.setattr(sys, "executable", a_worker_that(does, tmp_path))
    monkeypatch.setattr(local_link, "_START_TIMEOUT_S", 1.0)
    pool = LocalProcesses(2)
    for _ in range(2):
        error = error_of_a_call(pool)
        assert isinstance(error, StorageError)
        assert str(error) == f"a worker process: {told}"
    with pytest.raises(StorageError):
        pool.submit(double, 1)
    pool.stop()
    assert len((tmp_path / "started").read_text()) >= starts
    assert workers_of(os.getpid()) == []
    assert capfd.readouterr().err == ""


def test_a_system_without_room_for_workers_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    pool = LocalProcesses(2)
    with pytest.raises(StorageError, match=r"^a worker process: No such file"):
        pool.get_ready()
    pool.shutdown()


NO_WORKERS = "import sys\nif 'hnp_etl.engines.local_worker' in sys.orig_argv: sys.exit('noise')\n"


def test_a_build_without_workers_ends_in_74_and_one_line(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "sitecustomize.py").write_text(NO_WORKERS)
    done = subprocess.run(
        build_command(tmp_path, tmp_path / "out", "--workers", 2),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    told = "error: a worker process: it ended before it could work (exit code 1)\n"
    assert (done.returncode, done.stderr) == (74, told)


def test_a_worker_at_work_may_be_heard(
    pool: LocalProcesses, capfd: pytest.CaptureFixture[str]
) -> None:
    pool.submit(complain, "heard").result()
    assert capfd.readouterr().err == "heard"
