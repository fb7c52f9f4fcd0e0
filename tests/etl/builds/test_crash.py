"""Builds that are stopped anywhere go on to the bytes of an undisturbed one."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from etl.trees import KEY, hard_tree, sound_tree
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.selftest.failing_disk import FailingDisk
from hnp_etl.selftest.material import files_below
from hnp_shared.check import check_dataset
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, StorageError

FAR_MORE_THAN_ANY_BUILD = 1000
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


def config_of(folder: Path, src: Path, name: str) -> BuildConfig:
    key_file = folder / "key"
    key_file.write_bytes(KEY)
    return BuildConfig(
        (src,), folder / name, folder / f"{name}.private", load_recipe("aihub-dld"), key_file
    )


def run(config: BuildConfig) -> None:
    build(config, executor=SerialExecutor())


def fail_until_it_passes(config: BuildConfig, error: int, check: Callable[[], None]) -> int:
    """Fail at operation 1, 2, ... and check after each failure; return the operations of a run."""
    for fails_at in range(1, FAR_MORE_THAN_ANY_BUILD):
        told = None
        try:
            run(replace(config, disk=FailingDisk(fails_at, error)))
        except StorageError as raised:
            told = str(raised)
        if told is None:
            return fails_at
        assert os.strerror(error) in told
        assert "/" not in told.replace(os.strerror(errno.EIO), "")  # no path
        check()
    raise AssertionError("no run passed")


@pytest.mark.parametrize("error", ERRORS, ids=os.strerror)
def test_a_first_build_stopped_at_any_operation_is_resumed(tmp_path: Path, error: int) -> None:
    hard_tree(tmp_path / "src")
    calm = config_of(tmp_path, tmp_path / "src", "calm")
    run(calm)
    hurt = config_of(tmp_path, tmp_path / "src", "hurt")

    def no_data_set_or_the_whole_one() -> None:
        try:
            open_dataset(hurt.out)
        except InputError:
            return
        run(hurt)  # the commit was done, what failed was tidying up
        assert files_below(hurt.out) == files_below(calm.out)

    operations = fail_until_it_passes(hurt, error, no_data_set_or_the_whole_one)
    assert operations > 15
    assert files_below(hurt.out) == files_below(calm.out)


@pytest.mark.parametrize("error", ERRORS, ids=os.strerror)
def test_a_rebuild_stopped_at_any_operation_leaves_the_old_data_set(
    tmp_path: Path, error: int
) -> None:
    src = tmp_path / "src"
    sound_tree(src, patients=2)
    config = config_of(tmp_path, src, "out")
    run(config)
    old = open_dataset(config.out).info.dataset_id
    sound_tree(src, patients=3)
    calm = config_of(tmp_path, src, "calm")
    run(calm)
    new = open_dataset(calm.out).info.dataset_id

    def old_or_new_and_whole() -> None:
        dataset = open_dataset(config.out)
        assert dataset.info.dataset_id in (old, new)
        assert dataset.is_whole()
        for shard in set(dataset.manifest_table().column("shard").to_pylist()):
            dataset.shard(shard)

    fail_until_it_passes(config, error, old_or_new_and_whole)
    assert files_below(config.out) == files_below(calm.out)


def command(*arguments: object) -> list[str]:
    return [str(Path(sys.executable).parent / "hnp-etl"), *map(str, arguments)]


@pytest.fixture(scope="module")
def phantom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phantom")
    write_phantom(PhantomConfig(folder / "src", 8, 3, TreeLayout.AIHUB))
    (folder / "key").write_bytes(KEY)
    return folder


def build_command(phantom: Path, out: Path, *extra: object) -> list[str]:
    options = ("--out", out, "--key-file", phantom / "key", *extra)
    return command("build-manifest", phantom / "src", *options)


def children_of(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii")
    direct = [int(number) for number in listed.split()]
    return direct + [below for child in direct for below in children_of(child)]


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state.split()[0] not in ("Z", "X")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads Linux's /proc")
def test_six_kills_and_a_resume_give_the_same_bytes(phantom: Path, tmp_path: Path) -> None:
    calm, hurt = tmp_path / "calm", tmp_path / "hurt"
    subprocess.run(build_command(phantom, calm, "--workers", 2), check=True, capture_output=True)
    started = time.monotonic()
    subprocess.run(build_command(phantom, tmp_path / "timed"), check=True, capture_output=True)
    whole_s = time.monotonic() - started
    for kill in range(6):
        process = subprocess.Popen(
            build_command(phantom, hurt, "--workers", 2),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(whole_s * (kill + 1) / 7)
        workers = children_of(process.pid) if process.poll() is None else []
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(map(is_running, workers)) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [worker for worker in workers if is_running(worker)] == []
    subprocess.run(build_command(phantom, hurt, "--workers", 2), check=True, capture_output=True)
    assert files_below(hurt) == files_below(calm)
    assert check_dataset(hurt, deep=True).findings == ()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_in_75_and_says_how_to_go_on(
    phantom: Path, tmp_path: Path, number: signal.Signals
) -> None:
    process = subprocess.Popen(
        build_command(phantom, tmp_path / "out", "--workers", 2),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    state = tmp_path / "out.private" / "state.sqlite"
    while not state.exists() and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == 75, told
    assert told.splitlines() == [
        f"error: stopped by {number.name}; run the same command again to go on"
    ]


def test_a_second_builder_is_turned_away(phantom: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = subprocess.Popen(
        build_command(phantom, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while not (tmp_path / "out.private" / "state.sqlite").exists() and first.poll() is None:
        time.sleep(0.01)
    second = subprocess.run(
        build_command(phantom, out), capture_output=True, text=True, check=False
    )
    assert first.wait() == 0
    assert second.returncode == 73
    assert second.stderr.splitlines() == ["error: OUT is in use by another build, expected none"]
    assert check_dataset(out, deep=True).findings == ()
