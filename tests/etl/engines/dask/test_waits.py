"""Nobody waits for a scheduler or a worker that is gone, and one line tells of it."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from etl.builds.test_crash import children_of, command, is_running
from etl.builds.test_signals import decodes, has_begun, reads
from etl.deadly import double_or_die, fail, slowly_double
from etl.engines.dask.clusters import LONGEST_S, Cluster, Told, begin, cluster, wait_until
from etl.engines.dask.fragile import Fragile, Victim, fragile
from etl.engines.dask.large_trees import write_large_tree
from etl.engines.test_engines import never
from hnp_etl.engines import dask_engine, dask_workers
from hnp_etl.engines.engines import Task, open_executor, ordered_map, refuse_unfit
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.errors import InputError, StoppedError

PATIENCE = 3
"""How many times longer a busy machine may take."""

GONE = "the Dask scheduler is gone; run the same command again to go on"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    write_large_tree(folder)
    return folder


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster") as each:
        yield each


@pytest.fixture
def silent() -> Iterator[str]:
    """Yield the address of something that accepts whoever comes, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"


NO_ADDRESS = "found no address of a Dask scheduler, expected one like tcp://host:8786"
NO_CERTIFICATES = "found an encrypted address and no certificates"
NOBODY = "found no Dask scheduler at the address given"


def opened(address: str) -> None:
    with open_executor(1, engine="dask", scheduler=address):
        pass


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("foo://x", NO_ADDRESS),
        ("tcp://127.0.0.1", NO_ADDRESS),
        ("tcp://127.0.0.1:1", NOBODY),
        ("tcp://127.0.0.1:99999", NOBODY),
        ("tcp://no.such.host.invalid:8786", NOBODY),
        ("tls://127.0.0.1:1", NO_CERTIFICATES),
        ("wss://127.0.0.1:1", NO_CERTIFICATES),
    ],
)
def test_an_address_where_nobody_answers_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str, line: str
) -> None:
    monkeypatch.setattr(dask_engine, "_CONNECT_S", 0.5)
    with pytest.raises(InputError, match=re.escape(line)):
        opened(address)


def test_what_answers_nothing_is_no_scheduler(monkeypatch: pytest.MonkeyPatch, silent: str) -> None:
    monkeypatch.setattr(dask_engine, "_CONNECT_S", 0.5)
    with pytest.raises(InputError, match=NOBODY):
        opened(silent)


def test_what_answers_something_else_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            caller = server.accept()[0]  # the first asks whether somebody is there
            caller.close()
            caller = server.accept()[0]
            caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 1000)
            time.sleep(1)
            caller.close()

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(InputError, match=NOBODY):
            opened(f"tcp://127.0.0.1:{server.getsockname()[1]}")


def test_a_dead_address_is_one_line_within_seconds(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    begun = time.monotonic()
    told = begin(tmp_path, tmp_path / "out", "tcp://127.0.0.1:1").result()
    assert told == Told(65, [f"error: {NOBODY}"])
    assert time.monotonic() - begun < 5 * PATIENCE


def test_no_wait_is_longer_than_30_s() -> None:
    begins_s = 5.0  # to import Dask, on a busy machine
    for wait_s in (dask_workers.WORKERS_S, dask_workers.ALONE_S, dask_workers._ANSWER_S):
        assert begins_s + wait_s <= 30


def test_an_empty_address_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    told = begin(tmp_path, tmp_path / "out", " ").result()
    assert told == Told(2, ["error: found an empty --scheduler, expected an address"])


def test_a_scheduler_without_workers_is_refused_after_a_while(
    monkeypatch: pytest.MonkeyPatch, found: Cluster, tmp_path: Path
) -> None:
    monkeypatch.setattr(dask_workers, "WORKERS_S", 0.5)
    with (
        open_executor(1, engine="dask", scheduler=found.address) as executor,
        pytest.raises(InputError, match="found no Dask worker within 0 s, expected one"),
    ):
        refuse_unfit(executor, [tmp_path], tmp_path)


def double_all(found: Cluster, after: Callable[[], None]) -> list[int]:
    """Double numbers on a cluster; return how far it came when ``after`` follows the first."""
    doubled = []
    with open_executor(1, engine="dask", scheduler=found.address) as executor:
        task = Task(slowly_double, never)
        for number in ordered_map(executor, task, range(100), in_flight=4):
            doubled.append(number)
            if number == 0:
                after()
    return doubled


@pytest.mark.torture
def test_a_worker_that_is_killed_costs_nothing_when_there_is_another(found: Cluster) -> None:
    found.add("first")
    found.add("second")
    assert double_all(found, found.workers["first"].kill) == list(range(0, 200, 2))


def test_when_all_workers_are_gone_the_build_stops_after_a_while(
    monkeypatch: pytest.MonkeyPatch, found: Cluster
) -> None:
    monkeypatch.setattr(dask_workers, "ALONE_S", 0.5)
    found.add("only")
    with pytest.raises(StoppedError, match="all Dask workers are gone; run the same command"):
        double_all(found, found.workers["only"].kill)


@pytest.mark.torture
def test_workers_that_come_back_in_time_go_on(found: Cluster) -> None:
    found.add("only")

    def replace() -> None:
        found.drop()
        found.add("another")

    assert double_all(found, replace) == list(range(0, 200, 2))


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.torture)]
)
def test_a_scheduler_that_ends_stops_the_build(found: Cluster, number: signal.Signals) -> None:
    found.add("only")
    with pytest.raises(StoppedError, match=GONE):
        double_all(found, lambda: found.scheduler.send_signal(number))


def test_a_scheduler_that_hangs_stops_the_build(
    monkeypatch: pytest.MonkeyPatch, found: Cluster
) -> None:
    monkeypatch.setattr(dask_workers, "_ANSWER_S", 0.5)
    monkeypatch.setattr(dask_workers, "_CLOSE_S", 0.5)
    found.add("only")
    with pytest.raises(StoppedError, match=GONE):
        double_all(found, lambda: found.scheduler.send_signal(signal.SIGSTOP))


def fetch(found: Cluster, victim: Victim) -> list[Fragile]:
    def isolate(item: int, _attempt: object) -> Fragile:
        raise AssertionError(f"{item} was not to blame")

    task = Task(partial(fragile, victim=victim), isolate)
    with open_executor(1, engine="dask", scheduler=found.address) as executor:
        return list(ordered_map(executor, task, range(4), in_flight=2))


def test_a_worker_killed_while_its_result_is_fetched_costs_nothing(
    found: Cluster, tmp_path: Path
) -> None:
    found.add("first")
    found.add("second")
    fetched = fetch(found, Victim(tmp_path / "killed"))
    assert [each.number for each in fetched] == [0, 2, 4, 6]
    assert (tmp_path / "killed").exists()


def test_a_scheduler_killed_while_it_hands_on_a_result_stops_the_build(
    found: Cluster, tmp_path: Path
) -> None:
    found.add("only")
    with pytest.raises(StoppedError, match=GONE):
        fetch(found, Victim(tmp_path / "killed", found.scheduler.pid))


def test_a_bug_in_a_task_keeps_its_type_and_its_words(found: Cluster) -> None:
    found.add("only")
    with (
        open_executor(1, engine="dask", scheduler=found.address) as executor,
        pytest.raises(OSError, match="the words"),
    ):
        executor.submit(fail, "the words").result()


def group(process: int, number: signal.Signals) -> None:
    """Send what a terminal sends, to every process of the build."""
    os.killpg(process, number)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
@pytest.mark.parametrize(
    ("stage", "send", "number"),
    [
        (has_begun, group, signal.SIGINT),
        (decodes, os.kill, signal.SIGTERM),
        *(
            pytest.param(stage, *each, marks=pytest.mark.torture)
            for stage in (has_begun, reads, decodes)
            for each in ((group, signal.SIGINT), (os.kill, signal.SIGTERM))
        ),
    ],
)
def test_a_stop_of_a_cluster_of_our_own_is_one_line_and_leaves_no_process(
    tree: Path,
    tmp_path: Path,
    stage: Callable[[Path], bool],
    send: Callable[[int, signal.Signals], None],
    number: signal.Signals,
) -> None:
    out = tmp_path / "out"
    options = ("--out", out, "--key-file", tree / "key", "--engine", "dask", "--workers", 2)
    build = subprocess.Popen(
        command("build-manifest", tree / "src", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_until(lambda: stage(out), build)
    children = children_of(build.pid)
    sent = time.monotonic()
    send(build.pid, number)
    _, told = build.communicate(timeout=LONGEST_S)
    assert time.monotonic() - sent < 10
    assert told == f"error: stopped by {number.name}; run the same command again to go on\n"
    assert build.returncode == 75
    wait_until(lambda: not any(map(is_running, children)))
    assert not (out / DATASET_FILE).exists()


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.torture)]
)
def test_a_stop_on_a_cluster_of_others_leaves_it_as_it_was(
    tree: Path, tmp_path: Path, found: Cluster, number: signal.Signals
) -> None:
    out = tmp_path / "out"
    found.add("first")
    found.add("second")
    build = begin(tree, out, found.address)
    wait_until(lambda: decodes(out), build.process)
    sent = time.monotonic()
    group(build.process.pid, number)
    line = f"error: stopped by {number.name}; run the same command again to go on"
    assert build.result() == Told(75, [line])
    assert time.monotonic() - sent < 10
    assert not (out / DATASET_FILE).exists()


@pytest.mark.torture
def test_an_item_that_kills_its_worker_is_found_on_a_cluster_of_others(found: Cluster) -> None:
    """The scheduler lets four workers die of it before it tells; nannies start others."""
    found.add("first", nanny=True)
    with open_executor(1, engine="dask", scheduler=found.address) as executor:
        task = Task(double_or_die, lambda item, _attempt: -item)
        doubled = list(ordered_map(executor, task, range(8), in_flight=4))
    assert doubled == [0, 2, 4, 6, 8, -5, 12, 14]


@pytest.mark.torture
def test_the_real_waits_end_in_one_line(tree: Path, tmp_path: Path, found: Cluster) -> None:
    line = "error: found no Dask worker within 20 s, expected one"
    assert begin(tree, tmp_path / "none", found.address).result() == Told(65, [line])
    found.add("only")
    build = begin(tree, tmp_path / "out", found.address)
    wait_until(lambda: decodes(tmp_path / "out"), build.process)
    found.drop()
    line = "error: all Dask workers are gone; run the same command again to go on"
    assert build.result() == Told(75, [line])
