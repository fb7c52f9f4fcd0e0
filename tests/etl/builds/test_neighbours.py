"""A build harms nothing that is not its own, and nothing in its place makes it wait."""

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dicom_files import RLE
from etl.commands.test_commands import hnp_etl, one_line
from etl.trees import KEY, sound_tree
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.limits import LIMITS
from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_etl.pixels import decoder
from hnp_etl.pixels.decoder import decode_guarded, stop_child
from hnp_etl.pixels.decoder_child import Request, child_arguments, lowered_limits
from hnp_etl.pixels.transform import PixelRule
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.selftest.material import files_below
from hnp_shared.check import check_dataset
from hnp_shared.errors import OutputError, StorageError

WAITS_S = 20


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    sound_tree(tmp_path / "src", patients=2)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    recipe = Recipe.model_validate({"name": "small", "image": {"size": [16, 16]}})
    return BuildConfig(
        (tmp_path / "src",), tmp_path / "out", tmp_path / "private", recipe, tmp_path / "key"
    )


def run(config: BuildConfig) -> None:
    build(config, executor=SerialExecutor())


@pytest.mark.parametrize("name", ["shards", "tables"])
def test_a_link_in_the_place_of_a_folder_is_refused(config: BuildConfig, name: str) -> None:
    theirs = config.out.with_name("theirs")
    theirs.mkdir()
    names = ("thesis.docx", "0123456789abcdef.npz", "manifest-0123456789abcdef.parquet")
    for each in names:
        (theirs / each).write_text("years of work")
    config.out.mkdir()
    (config.out / name).symlink_to(theirs)
    for command, sources in (
        ("build-manifest", config.src),
        ("merge", _two_data_sets(config)),
    ):
        done = hnp_etl(command, *sources, "--out", config.out)
        assert done.returncode == 73, done.stderr
        assert f"OUT/{name} is a link, expected a folder" in one_line(done)
    assert {path.name for path in theirs.iterdir()} == set(names)


def _two_data_sets(config: BuildConfig) -> tuple[Path, ...]:
    made = []
    for name in ("one", "two"):
        out = config.out.with_name(name)
        key = config.out.with_name(f"{name}.key")
        key.write_bytes(KEY + name.encode())
        key.chmod(0o600)
        assert (
            hnp_etl("build-manifest", config.src[0], "--out", out, "--key-file", key).returncode
            == 0
        )
        made.append(out)
    return tuple(made)


def test_files_that_nobody_of_us_wrote_stay(config: BuildConfig) -> None:
    run(config)
    theirs = config.out / "shards" / "notes.npz"
    theirs.write_text("mine")
    sound_tree(config.src[0], patients=3)
    run(config)
    assert theirs.read_text() == "mine"
    assert (
        "a stray file lies in shards: notes.npz" in check_dataset(config.out, deep=False).findings
    )


def test_a_table_that_a_user_writes_over_an_alias_harms_nothing(config: BuildConfig) -> None:
    run(config)
    before = files_below(config.out)
    for alias in ("manifest", "ledger"):
        path = config.out / f"{alias}.parquet"
        assert path.stat().st_nlink == 1
        pd.DataFrame({"mine": [1]}).to_parquet(path)
    run(config)  # says that nothing changed, and makes them anew
    assert files_below(config.out) == before
    assert check_dataset(config.out, deep=True).findings == ()


def test_an_alias_that_an_earlier_version_linked_becomes_a_copy(config: BuildConfig) -> None:
    run(config)
    (table,) = (config.out / "tables").glob("manifest-*.parquet")
    (config.out / "manifest.parquet").unlink()
    (config.out / "manifest.parquet").hardlink_to(table)
    run(config)
    assert not (config.out / "manifest.parquet").samefile(table)


def test_shards_that_are_not_there_are_not_committed(config: BuildConfig) -> None:
    run(config)
    before = files_below(config.out)

    class Elsewhere(SerialExecutor):
        """Loses each shard that is written, as a worker that sees another OUT."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, *args, **kwargs)
            made = getattr(future.result(), "file", None)
            if made is not None:
                (config.out / "shards" / made.name).unlink()
            return future

    sound_tree(config.src[0], patients=3)
    with pytest.raises(StorageError, match=r"^shards/.*npz: found 1 of 3 files missing"):
        build(config, executor=Elsewhere())
    assert {
        name: content for name, content in files_below(config.out).items() if name in before
    } == before
    assert check_dataset(config.out, deep=True).dataset_id
    run(config)
    assert check_dataset(config.out, deep=True).findings == ()


def test_what_file_managers_and_servers_leave_stops_no_build(config: BuildConfig) -> None:
    for place in (config.out, config.private):
        place.mkdir(mode=0o700)
        (place / ".DS_Store").touch()
    run(config)
    for name in ("Thumbs.db", "desktop.ini", ".nfs0000000a7f", "shards/.DS_Store", "@eaDir/a"):
        (config.out / name).parent.mkdir(exist_ok=True)
        (config.out / name).touch()
    sound_tree(config.src[0], patients=3)
    run(config)
    assert (config.out / "@eaDir" / "a").exists()
    assert check_dataset(config.out, deep=True).findings == ()
    parts = _two_data_sets(config)
    merged = config.out.with_name("merged")
    merged.mkdir()
    (merged / ".DS_Store").touch()
    (parts[0] / "Thumbs.db").touch()
    done = hnp_etl("merge", *parts, "--out", merged)
    assert done.returncode == 0, done.stderr


def test_a_link_in_the_place_of_out_says_so_and_is_read_through(config: BuildConfig) -> None:
    run(config)
    link = config.out.with_name("link")
    link.symlink_to(config.out)
    done = hnp_etl("build-manifest", config.src[0], "--out", link, "--key-file", config.key_file)
    assert done.returncode == 73
    assert one_line(done) == (
        "error: OUT is a link, expected a folder: give the one that it leads to"
    )
    assert hnp_etl("check", link).returncode == 0


@pytest.mark.parametrize("inside", ["shards", "new/deep", "../private/new"])
def test_no_data_set_is_built_in_another_or_in_a_private_folder(
    config: BuildConfig, inside: str
) -> None:
    run(config)
    with pytest.raises(OutputError, match="expected a place outside"):
        run(BuildConfig(config.src, config.out / inside, config.out.with_name("p"), config.recipe))


def fifo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o600)


@pytest.mark.parametrize(
    ("place", "arguments"),
    [
        ("out/dataset.json", ("build-manifest", "src", "--out", "out", "--key-file", "key")),
        ("out/dataset.json", ("check", "out")),
        ("out/tables", ("check", "out")),
        ("out/shards", ("check", "out")),
        ("key", ("build-manifest", "src", "--out", "new", "--key-file", "key")),
        ("recipe", ("build-manifest", "src", "--out", "new", "--recipe", "recipe")),
        ("recipe", ("survey", "src", "--recipe", "recipe")),
        ("out/dataset.json", ("diff", "out", "out")),
        ("out/dataset.json", ("merge", "out", "two", "--out", "all")),
        ("out.private/linkage.csv", ("link", "out", "--all")),
    ],
    ids=str,
)
def test_a_fifo_in_the_place_of_a_file_ends_in_65(
    config: BuildConfig, place: str, arguments: tuple[str, ...]
) -> None:
    top = config.out.parent
    run(BuildConfig(config.src, config.out, top / "out.private", config.recipe, config.key_file))
    shutil.copytree(config.out, top / "two")
    path = top / place
    fifo(next(path.iterdir()) if path.is_dir() else path)
    done = subprocess.run(
        [Path(sys.executable).parent / "hnp-etl", *arguments],
        cwd=top,
        capture_output=True,
        text=True,
        check=False,
        timeout=WAITS_S,
    )
    assert done.returncode == 65, done.stderr
    assert "Traceback" not in done.stderr
    assert "is no regular file, expected one" in done.stdout + done.stderr


def test_a_fifo_in_the_place_of_the_state_costs_time_only(config: BuildConfig) -> None:
    run(config)
    before = files_below(config.out)
    for name in ("state.sqlite", "state.sqlite-wal"):
        fifo(config.private / name)
        run(config)
        assert files_below(config.out) == before
        assert stat.S_ISREG((config.private / "state.sqlite").stat().st_mode)


def bounded(which: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(which, (value, value))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")
@pytest.mark.parametrize(
    ("which", "value"),
    [(resource.RLIMIT_AS, 3 * 2**30), (resource.RLIMIT_CPU, 60)],
    ids=["memory", "processor"],
)
def test_limits_below_ours_cost_no_slice(tmp_path: Path, which: int, value: int) -> None:
    write_phantom(PhantomConfig(tmp_path / "src", 5, 3, TreeLayout.AIHUB, matrix=64))
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    program = Path(sys.executable).parent / "hnp-etl"
    found = []
    for name, limit in (("free", None), ("bound", bounded(which, value))):
        source: list[str | Path] = [program, "build-manifest", tmp_path / "src", "--workers", "1"]
        subprocess.run(
            [*source, "--out", tmp_path / name, "--key-file", tmp_path / "key"],
            check=True,
            capture_output=True,
            preexec_fn=limit,
        )
        found.append(files_below(tmp_path / name))
    assert found[0] == found[1]


def test_a_decoder_that_cannot_start_is_no_verdict_on_a_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop_child()
    original = subprocess.Popen

    def start(_command: list[str], **options: object) -> object:
        return original([sys.executable, "-c", "raise SystemExit(1)"], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("hnp_etl.pixels.decoder.subprocess.Popen", start)
    rule = PixelRule(8, 8, 16, 12, False, 1.0, 0.0, False)
    with pytest.raises(StorageError, match="^the decoder process: it ended before it could decode"):
        decode_guarded(Request(b"", RLE, rule))
    assert decoder._OWN.child is None


LOWERED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
resource.setrlimit(resource.RLIMIT_CPU, (7, 7))
from hnp_etl.pixels.decoder_child import child_arguments, lowered_limits
from hnp_etl.limits import LIMITS
print("; ".join(lowered_limits(child_arguments(LIMITS))))
"""


def test_which_limits_are_too_low_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOWERED], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == (
        "a limit of 1,024 MiB of address space (ulimit -v), expected 4,096 or none; "
        "a limit of 7 CPU seconds (ulimit -t), expected 120 or none"
    )
    assert lowered_limits(child_arguments(LIMITS)) == []


@pytest.mark.parametrize("name", ["out", "out.private"])
def test_a_loop_of_links_is_one_line(config: BuildConfig, name: str) -> None:
    (config.out.parent / name).symlink_to(name)
    done = hnp_etl("build-manifest", config.src[0], "--out", config.out)
    assert done.returncode in (73, 74)
    assert one_line(done).startswith("error: ")


def test_no_other_command_writes_in_a_data_set_or_a_private_folder(config: BuildConfig) -> None:
    top = config.out.parent
    run(BuildConfig(config.src, config.out, top / "out.private", config.recipe, config.key_file))
    (top / "ph.truth.csv").symlink_to(config.out / "dataset.json")
    before = files_below(config.out)
    for arguments in (
        ("phantom", config.out / "ph", "--patients", 1),
        ("phantom", top / "out.private" / "ph", "--patients", 1),
        ("phantom", top / "ph", "--patients", 1),
        ("survey", config.src[0], "--write-recipe", config.out / "my.toml"),
        ("survey", config.src[0], "--private", config.out / "private"),
        ("build-manifest", config.src[0], "--out", top / "new", "--private", config.out),
    ):
        done = hnp_etl(*arguments)
        assert done.returncode == 73, (arguments, done.stderr)
    assert files_below(config.out) == before
    assert check_dataset(config.out, deep=True).findings == ()


@pytest.mark.parametrize("out", ["x" * 300, "file/out"])
def test_a_place_that_cannot_be_is_one_line(config: BuildConfig, out: str) -> None:
    (config.out.parent / "file").touch()
    done = hnp_etl("build-manifest", config.src[0], "--out", config.out.parent / out)
    assert done.returncode in (73, 74), done.stderr
    assert one_line(done).startswith("error: ")


def test_a_file_system_without_locks_is_one_line(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("hnp_etl.private.folder.fcntl.flock", refuse)
    with pytest.raises(StorageError, match=r"^the lock on OUT: No locks available"):
        run(config)
