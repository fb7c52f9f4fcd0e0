"""Claims about real processes that die, are refused by the system, or look on at a build."""

import os
import random
import re
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from etl.builds.test_crash import build_command, config_of, phantom, run
from etl.trees import Slice, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.selftest.failing_disk import FailingDisk
from hnp_etl.selftest.material import files_below
from hnp_shared.check import check_dataset
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError, StorageError

__all__ = ["phantom"]  # a fixture

# Forks are short and touch no thread; Python 3.12 and later warn of those that pytest keeps.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

DIED = 9
INJECTED = ("write", "pwrite64", "fsync", "fdatasync", "rename", "link", "unlink", "mkdir")


class DyingDisk(FailingDisk):
    """Ends the process at its n-th operation."""

    def fail(self) -> None:
        os._exit(DIED)


def build_in_a_process(config: BuildConfig) -> int:
    """Build in a process of its own; return its exit code."""
    child = os.fork()
    if child == 0:
        _build_and_exit(config)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _build_and_exit(config: BuildConfig) -> NoReturn:
    try:
        run(config)
    except BaseException:  # noqa: BLE001  # the parent is told by the code alone
        os._exit(1)
    os._exit(0)


def test_a_process_that_dies_at_any_operation_leaves_what_was_there(tmp_path: Path) -> None:
    sound_tree(tmp_path / "src", patients=2)
    hurt = config_of(tmp_path, tmp_path / "src", "hurt")
    run(hurt)
    old = open_dataset(hurt.out).info.dataset_id
    sound_tree(tmp_path / "src", patients=3)
    calm = config_of(tmp_path, tmp_path / "src", "calm")
    run(calm)
    new = open_dataset(calm.out).info.dataset_id
    dies_at, code = 0, DIED
    while code == DIED:
        dies_at += 1
        code = build_in_a_process(replace(hurt, disk=DyingDisk(dies_at)))
        dataset = open_dataset(hurt.out)
        assert dataset.info.dataset_id in (old, new)
        assert dataset.is_whole()
    assert (code, dies_at > 5) == (0, True)
    assert files_below(hurt.out) == files_below(calm.out)


def look(folder: Path) -> tuple[Dataset | None, int]:
    """Read a whole data set, again if it was replaced on the way; return it and its slices."""
    while True:
        try:
            dataset = open_dataset(folder)
        except InputError:
            return None, 0
        try:
            manifest = dataset.manifest_table()
            held = sum(
                len(dataset.shard(name).slice_ids) for name in set(manifest["shard"].to_pylist())
            )
        except StorageError:
            if open_dataset(folder).info.dataset_id == dataset.info.dataset_id:
                raise
            continue
        assert held == manifest.num_rows
        return dataset, held


def test_a_reader_that_loops_sees_the_old_data_set_the_new_one_or_none(tmp_path: Path) -> None:
    src, out = tmp_path / "src", tmp_path / "out"
    sound_tree(src, patients=2)
    config = config_of(tmp_path, src, "out")
    calm, expected = tmp_path / "calm", {}
    for patients in range(2, 6):
        sound_tree(src, patients=patients)
        run(replace(config, out=calm, private=tmp_path / "calm.private"))
        dataset, slices = look(calm)
        assert dataset is not None
        expected[dataset.info.dataset_id] = slices
    shutil.rmtree(src)
    seen, looks = set(), 0
    builder = os.fork()
    if builder == 0:
        for patients in range(2, 6):
            sound_tree(src, patients=patients)
            run(config)
        os._exit(0)
    while os.waitpid(builder, os.WNOHANG) == (0, 0):
        dataset, slices = look(out)
        looks += 1
        if dataset is not None:
            assert expected[dataset.info.dataset_id] == slices
            seen.add(dataset.info.dataset_id)
    assert looks > 10
    assert look(out)[0] is not None
    assert seen <= expected.keys()


@pytest.mark.torture
def test_three_hundred_kills_and_a_resume_give_the_same_bytes(
    phantom: Path, tmp_path: Path
) -> None:
    """Kill builds at random moments, each after another change of the sources."""
    dice, src = random.Random(7), tmp_path / "src"
    shutil.copytree(phantom / "src", src)
    shutil.copy(phantom / "key", tmp_path / "key")
    hurt = tmp_path / "hurt"
    started = time.monotonic()
    subprocess.run(build_command(tmp_path, tmp_path / "timed"), check=True, capture_output=True)
    whole_s = time.monotonic() - started
    for kill in range(300):
        if kill % 10 == 0:
            write_slice(src, Slice(f"K{kill:03d}", 0))
        process = subprocess.Popen(
            build_command(tmp_path, hurt, "--workers", 2),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(dice.random() * whole_s * 1.1)
        process.kill()
        process.wait()
        assert (look(hurt)[0] is None) <= (not (hurt / "dataset.json").exists())
    subprocess.run(build_command(tmp_path, hurt, "--workers", 2), check=True, capture_output=True)
    calm = tmp_path / "calm"
    subprocess.run(build_command(tmp_path, calm, "--workers", 2), check=True, capture_output=True)
    assert files_below(hurt) == files_below(calm)
    assert check_dataset(hurt, deep=True).findings == ()


def can_trace() -> bool:
    """Tell whether system calls can be made to fail from outside."""
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return tried.returncode == 0


@pytest.mark.torture
@pytest.mark.skipif(not can_trace(), reason="needs strace, and leave to use it")
@pytest.mark.parametrize("call", INJECTED)
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EACCES"])
def test_a_system_call_that_fails_costs_time_only(
    phantom: Path, tmp_path: Path, call: str, error: str
) -> None:
    """From the n-th such call on all of them fail, n = 1, 2, 4, ... until none is hit."""
    calm = tmp_path / "calm"
    subprocess.run(build_command(phantom, calm, "--workers", 1), check=True, capture_output=True)
    first, hurt = 1, tmp_path / "hurt"
    while True:
        shutil.rmtree(hurt, ignore_errors=True)
        shutil.rmtree(tmp_path / "hurt.private", ignore_errors=True)
        hurt.mkdir()
        (tmp_path / "hurt.private").mkdir(mode=0o700)
        done = traced(phantom, hurt, f"{call}:error={error}:when={first}+")
        assert "Traceback" not in done.stderr
        assert done.returncode in (0, 74), done.stderr
        if done.returncode == 74:
            assert re.fullmatch(r"error: [^\n/]+: [^\n/]+", _told(done.stderr)), done.stderr
        subprocess.run(build_command(phantom, hurt), check=True, capture_output=True)
        assert files_below(hurt) == files_below(calm)
        if done.returncode == 0:
            return
        first *= 2


def traced(phantom: Path, out: Path, inject: str) -> "subprocess.CompletedProcess[str]":
    """Build under strace, which fails calls on files of the data set and its private folder."""
    paths = [path for folder in (out, Path(f"{out}.private")) for path in (folder, *_below(folder))]
    only = [part for path in paths for part in ("-P", str(path))]
    return subprocess.run(
        [
            *("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={inject}", *only),
            *build_command(phantom, out, "--workers", 1),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def _below(folder: Path) -> list[Path]:
    names = ("shards", "tables", "dataset.json", "state.sqlite", "state.sqlite-journal", "key")
    return [folder / name for name in (*names, "linkage.csv", "manifest.parquet", "ledger.parquet")]


def _told(stderr: str) -> str:
    """Return the one line of an error; what the system calls EIO has a slash in it."""
    return stderr.rstrip("\n").rpartition("\n")[2].replace("Input/output", "Input or output")
