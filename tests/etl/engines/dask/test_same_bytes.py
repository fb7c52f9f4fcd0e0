"""What a Dask cluster is like, and what of it dies, changes no byte."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from etl.builds.test_crash import command
from etl.builds.test_signals import decodes, reads
from etl.engines.dask.clusters import Cluster, Told, begin, cluster, end, wait_until
from etl.engines.dask.large_trees import write_large_tree
from hnp_etl.selftest.material import files_below
from hnp_shared.dataset_info import DATASET_FILE
from hnp_shared.storage import TEMPORARY_PREFIX

torture = pytest.mark.torture


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    write_large_tree(folder)
    return folder


@pytest.fixture(scope="module")
def serial(tree: Path) -> dict[str, bytes]:
    options = ("--key-file", tree / "key", "--out", tree / "serial", "--workers", 1)
    subprocess.run(
        command("build-manifest", tree / "src", *options), check=True, capture_output=True
    )
    found = files_below(tree / "serial")
    assert sum(name.startswith("shards/") for name in found) > 1
    return found


@pytest.mark.parametrize(
    "threads", [[4], *(pytest.param(each, marks=torture) for each in ([1], [2], [1, 2, 4]))]
)
def test_workers_of_any_number_of_threads_write_the_same_bytes(
    tree: Path,
    serial: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    threads: list[int],
) -> None:
    monkeypatch.chdir(tmp_path)  # workers are started elsewhere
    with cluster(tmp_path / "cluster") as found:
        for number, count in enumerate(threads):
            found.add(f"worker-{number}", threads=count)
        assert begin(tree, Path("out"), found.address).result() == Told(0, [])
    assert files_below(tmp_path / "out") == serial


def one_worker(found: Cluster, _build: int) -> None:
    end(found.workers.pop("first"))


def scheduler(found: Cluster, _build: int) -> None:
    found.scheduler.kill()


def client(_found: Cluster, build: int) -> None:
    os.kill(build, signal.SIGKILL)


GONE = ["error: the Dask scheduler is gone; run the same command again to go on"]


@pytest.mark.parametrize("stage", [decodes, pytest.param(reads, marks=torture)])
def test_after_the_scheduler_is_killed_the_same_command_gives_the_same_bytes(
    tree: Path, serial: dict[str, bytes], tmp_path: Path, stage: Callable[[Path], bool]
) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path / "cluster") as found:
        found.add("first")
        found.add("second")
        build = begin(tree, out, found.address)
        wait_until(lambda: reads(out), build.process)
        one_worker(found, build.process.pid)
        wait_until(lambda: stage(out), build.process)
        scheduler(found, build.process.pid)
        assert build.result() == Told(75, GONE)
    assert not (out / DATASET_FILE).exists()
    with cluster(tmp_path / "another") as found:
        found.add("third")
        assert begin(tree, out, found.address).result() == Told(0, [])
    assert files_below(out) == serial
    assert unfinished(out) == []


@pytest.mark.parametrize("stage", [decodes, pytest.param(reads, marks=torture)])
def test_after_the_client_is_killed_the_same_command_gives_the_same_bytes(
    tree: Path, serial: dict[str, bytes], tmp_path: Path, stage: Callable[[Path], bool]
) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path / "cluster") as found:
        found.add("first", threads=2)
        build = begin(tree, out, found.address)
        wait_until(lambda: stage(out), build.process)
        client(found, build.process.pid)
        assert build.result() == Told(-9, [])
        assert not (out / DATASET_FILE).exists()
        assert begin(tree, out, found.address).result() == Told(0, [])
    assert files_below(out) == serial
    assert unfinished(out) == []


def unfinished(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.name.startswith(TEMPORARY_PREFIX)]


@pytest.mark.torture
def test_kills_at_any_moment_and_a_resume_give_the_same_bytes(
    tree: Path, serial: dict[str, bytes], tmp_path: Path
) -> None:
    """Kill one of a cluster half a second later each time, until a build ends before."""
    for kill in (one_worker, scheduler, client):
        for moment in range(1, 100):
            folder = tmp_path / f"{kill.__name__}-{moment}"
            folder.mkdir()
            if ends_before(tree, folder, kill, moment / 2):
                break
            with cluster(folder / "another") as found:
                found.add("third", threads=2)
                assert begin(tree, folder / "out", found.address).result() == Told(0, [])
            assert files_below(folder / "out") == serial


def ends_before(
    tree: Path, folder: Path, kill: Callable[[Cluster, int], None], moment_s: float
) -> bool:
    with cluster(folder / "cluster") as found:
        found.add("first")
        found.add("second")
        build = begin(tree, folder / "out", found.address)
        try:
            build.process.wait(moment_s)
        except subprocess.TimeoutExpired:
            kill(found, build.process.pid)
            told = build.result()
            assert told in (Told(0, []), Told(75, GONE), Told(-9, [])) or told.code == 65
            return False
        return build.result() == Told(0, [])
