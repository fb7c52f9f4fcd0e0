"""Builds that are told to stop: no further slice starts, no process is left, one line is told."""

import os
import re
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from etl.builds.test_crash import build_command, children_of, is_running, phantom
from hnp_etl.selftest.material import files_below
from hnp_shared.dataset_info import DATASET_FILE

__all__ = ["phantom"]  # a fixture

LONGEST_S = 60.0
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")


def has_begun(out: Path) -> bool:
    return out.exists()


def reads(out: Path) -> bool:
    """Tell whether headers were read, but not all."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(_state(out), uri=True, timeout=0)) as state,
    ):
        return bool(state.execute("SELECT count(facts) FROM file").fetchone()[0])
    return False


def decodes(out: Path) -> bool:
    """Tell whether a shard is under way."""
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(_state(out), uri=True, timeout=0)) as state,
    ):
        return bool(state.execute("SELECT count(slice_id) FROM slice").fetchone()[0])
    return False


def _state(out: Path) -> str:
    return f"file:{out}.private/state.sqlite?mode=ro"


def start(command: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_until(
    reached: Callable[[Path], bool], out: Path, process: "subprocess.Popen[str]"
) -> None:
    deadline = time.monotonic() + LONGEST_S
    while not reached(out):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def no_longer_running(processes: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while any(map(is_running, processes)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(is_running, processes))


@pytest.fixture(scope="module")
def calm(phantom: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("calm") / "out"
    subprocess.run(build_command(phantom, out, "--workers", 2), check=True, capture_output=True)
    return files_below(out)


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_build_has_no_helpers_of_multiprocessing_and_leaves_nothing_in_the_temporary_folder(
    phantom: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    out = tmp_path / "out"
    build = start(build_command(phantom, out, "--workers", 2))
    for stage in (has_begun, reads, decodes):
        wait_until(stage, out, build)
        commands = [command_of(process) for process in children_of(build.pid)]
        assert not [each for each in commands if b"multiprocessing" in each]
        assert list(temporary.iterdir()) == []
    children = children_of(build.pid)
    build.send_signal(number)
    build.communicate(timeout=LONGEST_S)
    assert no_longer_running(children)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("stage", "workers"), [(has_begun, 2), (reads, 2), (decodes, 2), (decodes, 1)]
)
def test_a_stop_in_any_stage_is_75_and_leaves_no_process(
    phantom: Path,
    tmp_path: Path,
    calm: dict[str, bytes],
    stage: Callable[[Path], bool],
    workers: int,
) -> None:
    out = tmp_path / "out"
    build = start(build_command(phantom, out, "--workers", workers))
    wait_until(stage, out, build)
    children = children_of(build.pid)
    os.kill(build.pid, signal.SIGTERM)
    _, told = build.communicate(timeout=LONGEST_S)
    assert (build.returncode, told) == (
        75,
        "error: stopped by SIGTERM; run the same command again to go on\n",
    )
    assert no_longer_running(children)
    assert not (out / DATASET_FILE).exists()
    again = build_command(phantom, out, "--workers", workers)
    subprocess.run(again, check=True, capture_output=True)
    assert files_below(out) == calm


@pytest.mark.parametrize("pause_s", [0.0, 0.1])
def test_an_impatient_user_is_told_once(phantom: Path, tmp_path: Path, pause_s: float) -> None:
    """A terminal sends Ctrl-C to every process of the build, and its user presses it again."""
    out = tmp_path / "out"
    build = start(build_command(phantom, out, "--workers", 2))
    wait_until(has_begun, out, build)
    children = children_of(build.pid)
    for _ in range(3):
        with suppress(ProcessLookupError):
            os.killpg(build.pid, signal.SIGINT)
        time.sleep(pause_s)
    with suppress(ProcessLookupError):
        os.kill(build.pid, signal.SIGTERM)
    _, told = build.communicate(timeout=LONGEST_S)
    assert build.returncode == 75, told
    assert re.fullmatch(
        "error: stopped by SIG(INT|TERM); run the same command again to go on\n", told
    )
    assert no_longer_running(children)


@pytest.mark.parametrize("wait_s", [0.3, 0.6])
def test_a_ctrl_c_while_workers_start_prints_no_traceback(
    phantom: Path, tmp_path: Path, wait_s: float
) -> None:
    out = tmp_path / "out"
    build = start(build_command(phantom, out, "--workers", 2))
    wait_until(has_begun, out, build)
    time.sleep(wait_s)
    with suppress(ProcessLookupError):
        os.killpg(build.pid, signal.SIGINT)
    _, told = build.communicate(timeout=LONGEST_S)
    assert "Traceback" not in told
    assert build.returncode in (0, 75)
