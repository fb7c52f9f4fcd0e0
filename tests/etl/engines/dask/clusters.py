"""Dask clusters of separate processes on the loopback device, and what builds on them."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import hnp_etl
from etl.builds.test_crash import command

LONGEST_S = 60.0
TESTS = Path(__file__).parents[3]

Process = subprocess.Popen[str]


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    address: str
    scheduler: Process
    tls: tuple[object, ...] = ()
    workers: dict[str, Process] = field(default_factory=dict)

    def add(
        self,
        name: str,
        *,
        threads: int = 1,
        nanny: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Process:
        """Start a worker; it has joined when this returns."""
        log = self.folder / f"{name}.log"
        kind = "--nanny" if nanny else "--no-nanny"
        options = (kind, "--no-dashboard", "--nthreads", threads, "--name", name)
        place = ("--local-directory", self.folder / name, *self.tls)
        process = _start(("worker", self.address, *options, *place), log, environment or {})
        self.workers[name] = process
        wait_until(lambda: "Registered to" in log.read_text(), process)
        return process

    def drop(self) -> None:
        """End all workers."""
        for process in self.workers.values():
            end(process)
        self.workers.clear()


@contextlib.contextmanager
def cluster(folder: Path, tls: tuple[object, ...] = ()) -> Iterator[Cluster]:
    """Yield a scheduler without workers; all ends with the block.

    Args:
        folder: of what they write.
        tls: options that name the certificates of all of them.
    """
    folder.mkdir()
    told = folder / "scheduler.json"
    options: tuple[object, ...] = ("--host", "127.0.0.1", "--port", 0, "--no-dashboard")
    options += ("--scheduler-file", told, *(("--protocol", "tls", *tls) if tls else ()))
    scheduler = _start(("scheduler", *options), folder / "scheduler.log", {})
    try:
        wait_until(lambda: told.exists() and told.read_text().endswith("}"), scheduler)
        found = Cluster(folder, json.loads(told.read_text())["address"], scheduler, tls)
        try:
            yield found
        finally:
            found.drop()
    finally:
        end(scheduler)


@dataclass(frozen=True)
class Told:
    """What a build came to: exit code and error lines."""

    code: int
    lines: list[str]


@dataclass(frozen=True)
class Build:
    """A build of the sources of a folder on a cluster, in a process of its own."""

    process: Process

    def result(self) -> Told:
        """Wait for the build, and leave out its warnings."""
        _, told = self.process.communicate(timeout=2 * LONGEST_S)
        lines = [line for line in told.splitlines() if not line.startswith("warning: ")]
        return Told(self.process.returncode, lines)


def begin(folder: Path, out: Path, scheduler: str, *options: object) -> Build:
    """Begin to build ``folder``/src on a cluster."""
    where = ("--engine", "dask", "--scheduler", scheduler, *options)
    arguments = (folder / "src", "--key-file", folder / "key", "--out", out, *where)
    process = subprocess.Popen(
        command("build-manifest", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Build(process)


def wait_until(reached: Callable[[], bool], process: Process | None = None) -> None:
    """Wait until ``reached``, but not for ever, nor when the process it hangs on has ended."""
    deadline = time.monotonic() + LONGEST_S
    while not reached():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


def end(process: Process) -> None:
    """Kill a process."""
    process.kill()
    process.wait(LONGEST_S)


def other_code(folder: Path, change: Callable[[Path], None]) -> dict[str, str]:
    """Return an environment in which another hnp-etl is imported, ours but for ``change``."""
    package = folder / "hnp_etl"
    shutil.copytree(
        Path(hnp_etl.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    change(package)
    return python_path(folder)


def with_patched_os(folder: Path, patch: str) -> dict[str, str]:
    """Return an environment whose interpreters run ``patch`` as they start."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import os\n{patch}")
    return python_path(folder)


def python_path(*first: Path) -> dict[str, str]:
    """Return an environment in which modules are looked for in ``first``, and among the tests."""
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {"PYTHONPATH": os.pathsep.join([*map(str, first), *filter(None, inherited), str(TESTS)])}


def _start(arguments: tuple[object, ...], log: Path, environment: Mapping[str, str]) -> Process:
    with log.open("w") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *map(str, arguments)],
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=log.parent,  # relative paths lead elsewhere than those of a build
            env={**os.environ, **python_path(), **environment},
        )
