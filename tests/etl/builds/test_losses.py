"""What is lost on the way never becomes a smaller data set under exit 0."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from etl.trees import IMAGES, KEY, LABELS, Slice, sound_tree, write_slice
from hnp_etl.building import intake, shards_stage
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.judging import ATTEMPT_FILE
from hnp_etl.building.losses import Losses, places_of, slices_lost
from hnp_etl.building.pipeline import build
from hnp_etl.datasets.gate import Gates
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.private.linkage import LINKAGE_FILE
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.selftest.material import files_below
from hnp_etl.walking import walk as walking
from hnp_shared.dataset import open_dataset
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import StorageError
from hnp_shared.ledger import read_ledger

IMAGE_FOLDER = f"{IMAGES}/H01/C004"


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    sound_tree(tmp_path / "src", patients=10, slices=4)
    (tmp_path / "key").write_bytes(KEY)
    (tmp_path / "key").chmod(0o600)
    recipe = Recipe.model_validate({"name": "small", "image": {"size": [16, 16]}})
    return BuildConfig(
        (tmp_path / "src",), tmp_path / "out", tmp_path / "private", recipe, tmp_path / "key"
    )


def run(config: BuildConfig, executor: Executor | None = None, **gates: Any) -> DatasetInfo:
    asked = replace(config, gates=Gates(**gates))
    return build(asked, executor=executor or SerialExecutor()).info


class Wayward(SerialExecutor):
    """Does something to the sources before its n-th task."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        self.at, self.act = at, act

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.at -= 1
        if self.at == 0:
            self.act()
        return super().submit(fn, *args, **kwargs)


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make files with a mark in their path fail to open, as on a share that dropped."""
    marks: list[bytes] = []
    real = os.open

    def opening(path: Any, *arguments: Any, **options: Any) -> int:
        if isinstance(path, bytes) and any(mark in path for mark in marks):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return real(path, *arguments, **options)

    monkeypatch.setattr("hnp_etl.files.source_file.os.open", opening)
    yield lambda mark: marks.append(mark.encode())
    marks.clear()


def test_stale_images_leave_the_data_set_that_was_there(
    config: BuildConfig, stale: Callable[[str], None]
) -> None:
    run(config)
    before = files_below(config.out)
    os.utime(config.src[0] / IMAGE_FOLDER / "P000_000.dcm")
    (config.private / "state.sqlite").unlink()  # so that all are read again
    stale(".dcm")
    with pytest.raises(StorageError) as caught:
        run(config)
    told = str(caught.value)
    assert "40 of 80 files met (50.0%) and 40 of 40 slices accepted before (100.0%)" in told
    assert "UNREADABLE 40, below src 40" in told
    assert files_below(config.out) == before
    assert read_ledger(config.private / ATTEMPT_FILE).num_rows == 80


def test_losses_are_accepted_on_request(config: BuildConfig, stale: Callable[[str], None]) -> None:
    run(config)
    (config.private / "state.sqlite").unlink()
    os.utime(config.src[0] / IMAGE_FOLDER / "P000_000.dcm")
    stale("P00")
    stale("P01")
    write_slice(config.src[0], Slice("Q000", 0))
    info = run(config, accept_losses=True)
    assert info.reasons["UNREADABLE"] == 80
    assert info.states["accepted"] == 1
    assert not (config.private / ATTEMPT_FILE).exists()


@pytest.mark.parametrize(("lost", "stops"), [(2, False), (3, True)])
def test_few_may_be_lost(
    config: BuildConfig, stale: Callable[[str], None], lost: int, stops: bool
) -> None:
    for number in range(lost):
        stale(f"P00{number}_000.dcm")
    if stops:
        with pytest.raises(StorageError, match="3 of 80 files met"):
            run(config)
        assert not (config.out / "dataset.json").exists()
    else:
        assert run(config).reasons["UNREADABLE"] == lost


def test_a_tree_that_goes_after_the_walk_is_no_smaller_data_set(config: BuildConfig) -> None:
    run(config)
    before = files_below(config.out)
    sound_tree(config.src[0], patients=40, slices=4)
    gone = Wayward(2, lambda: shutil.rmtree(config.src[0]))
    with pytest.raises(StorageError, match="lost 2.. of 320 files met"):
        run(config, gone)
    assert files_below(config.out) == before


def test_a_folder_that_closes_hides_what_was_accepted(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(config)
    before = files_below(config.out)
    real = os.open

    def closed(path: Any, *arguments: Any, **options: Any) -> int:
        if isinstance(path, bytes) and path.endswith(IMAGES.encode()):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *arguments, **options)

    write_slice(config.src[0], Slice("Q000", 0, hospital="H02"))
    with monkeypatch.context() as patched:
        patched.setattr("hnp_etl.walking.walk.os.open", closed)
        with pytest.raises(StorageError, match="lost 40 of 40 slices accepted before"):
            run(replace(config, src=(config.src[0], _second(config))))
    assert files_below(config.out) == before


def _second(config: BuildConfig) -> Path:
    """Return another source, so that something is accepted."""
    second = config.src[0].with_name("more")
    for number in range(6):
        write_slice(second, Slice("R000", number))
    return second


def test_a_source_that_is_empty_all_at_once_is_a_loss(config: BuildConfig) -> None:
    both = replace(config, src=(config.src[0], _second(config)))
    run(both)
    shutil.rmtree(config.src[0])
    config.src[0].mkdir()  # a mount point without its share
    with pytest.raises(
        StorageError, match="lost 40 of 46 slices accepted before .*nothing lies below src"
    ):
        run(both)
    assert run(both, accept_losses=True).states["accepted"] == 6


def test_what_fails_once_is_read_again_later(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = run(replace(config, out=config.out.with_name("calm"), private=config.out.with_name("c")))
    seen: dict[bytes, int] = {}
    real = os.open

    def opening(path: Any, *arguments: Any, **options: Any) -> int:
        if isinstance(path, bytes) and path.endswith((b".dcm", b".json")):
            seen[path] = seen.get(path, 0) + 1
            if seen[path] in (1, 2, 3, 6, 7, 8):  # the first readers of header and of pixels
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(path, *arguments, **options)

    monkeypatch.setattr("hnp_etl.files.source_file.os.open", opening)
    assert run(config) == calm


def test_a_worker_that_sees_nothing_costs_nothing_when_the_builder_sees_it(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = run(replace(config, out=config.out.with_name("calm"), private=config.out.with_name("c")))

    class Blind(SerialExecutor):
        """Fails to open any source, as a worker without the mount."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            def refuse(*_: Any, **__: Any) -> int:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

            with monkeypatch.context() as patched:
                patched.setattr("hnp_etl.files.source_file.os.open", refuse)
                return super().submit(fn, *args, **kwargs)

    assert run(config, Blind()) == calm


def replaced(config: BuildConfig) -> None:
    """Give patient P001's first image and label another patient's content, size and time kept."""
    other = config.src[0].with_name("other")
    write_slice(other, Slice("P001", 0, level="L1-2", code=1, pixels_seed=77))
    for folder, suffix in ((IMAGES, "dcm"), (LABELS, "json")):
        name = f"{folder}/H01/C004/P001_000.{suffix}"
        old, new = config.src[0] / name, other / name
        os.utime(new, ns=(old.stat().st_atime_ns, old.stat().st_mtime_ns))
        new.replace(old)


@pytest.mark.parametrize("lost", ["folder", "files"])
def test_labels_that_cannot_be_read_are_a_loss_of_their_slices(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Without a linkage too: what is lost is told by the manifest."""
    run(config)
    before = files_below(config.out)
    (config.private / LINKAGE_FILE).unlink()
    write_slice(config.src[0], Slice("Q000", 0))
    for number in range(4):
        os.utime(config.src[0] / LABELS / "H01" / "C004" / f"P000_00{number}.json")
    mark = f"{LABELS}/H01/C004".encode()
    real = os.open

    def closed(path: Any, *arguments: Any, **options: Any) -> int:
        name = isinstance(path, bytes) and path
        if name and (name.endswith(mark) if lost == "folder" else mark + b"/P000" in name):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *arguments, **options)

    both = replace(config, src=(config.src[0], _second(config)))
    with monkeypatch.context() as patched:
        patched.setattr("hnp_etl.walking.walk.os.open", closed)
        with pytest.raises(StorageError, match="of 40 slices accepted before"):
            run(both)
    assert files_below(config.out) == before


@pytest.mark.parametrize("task", [1, 2, 3])
def test_a_file_replaced_on_the_way_is_read_from_the_start(config: BuildConfig, task: int) -> None:
    """Tasks: 80 files in two batches, then a shard."""
    info = run(config, Wayward(task, lambda: replaced(config)))
    calm = run(replace(config, out=config.out.with_name("calm"), private=config.out.with_name("c")))
    assert info == calm
    rows = open_dataset(config.out).manifest_table().to_pandas()
    assert (rows.level_name == "L1-2").sum() == 1
    assert files_below(config.out) == files_below(config.out.with_name("calm"))


def test_a_label_replaced_while_the_tree_is_walked_is_read_anew(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk meets the old label, then both are replaced, then it meets the new picture."""
    labels, images = config.src[0] / LABELS, config.src[0] / IMAGES
    trees = (config.src[0].with_name("labels"), config.src[0].with_name("images"))
    for tree, part in zip(trees, (labels, images), strict=True):
        shutil.copytree(part, tree / part.name)
    split = replace(config, src=trees)
    run(split)
    write_slice(config.src[0].with_name("other"), Slice("P001", 0, "L1-2", 1, pixels_seed=77))

    def swap() -> None:
        for tree, part, suffix in zip(trees, (LABELS, IMAGES), ("json", "dcm"), strict=True):
            new = config.src[0].with_name("other") / part / "H01" / "C004" / f"P001_000.{suffix}"
            new.replace(tree / Path(part).name / "H01" / "C004" / new.name)

    real = walking._walk_folder

    def walked(top: bytes, label: str) -> Iterator[walking.FoundFile]:
        if label == "images":
            swap()
            monkeypatch.undo()
        yield from real(top, label)

    monkeypatch.setattr(walking, "_walk_folder", walked)
    info = build(replace(split, gates=Gates()), executor=SerialExecutor()).info
    calm = replace(split, out=config.out.with_name("calm"), private=config.out.with_name("c"))
    assert info == run(calm)
    rows = open_dataset(split.out).manifest_table().to_pandas()
    assert (rows.level_name == "L1-2").sum() == 1


def test_a_file_that_never_rests_is_unreadable_and_the_rest_is_built(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config.src[0] / IMAGE_FOLDER / "P001_000.dcm"

    class Restless(SerialExecutor):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            os.utime(path)
            return super().submit(fn, *args, **kwargs)

    for module in (intake, shards_stage):
        monkeypatch.setattr(module, "SerialExecutor", Restless)
    info = run(config, Restless())
    assert info.reasons == {"UNREADABLE": 1}
    assert info.states["accepted"] == 39
    monkeypatch.undo()
    assert run(config).states["accepted"] == 40


def with_inode(told: os.stat_result, inode: int) -> os.stat_result:
    names = {name: getattr(told, name) for name in dir(told) if name.startswith("st_")}
    return os.stat_result([told[0], inode, *told[2:]], names)


def test_where_inodes_change_at_each_look_files_are_told_by_size_and_times(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = run(replace(config, out=config.out.with_name("calm"), private=config.out.with_name("c")))
    real, numbers = os.fstat, iter(range(10_000_000, 20_000_000))

    def renumbered(descriptor: int) -> os.stat_result:
        return with_inode(real(descriptor), next(numbers))

    monkeypatch.setattr("hnp_etl.files.source_file.os.fstat", renumbered)
    real_lstat = os.lstat

    def relooked(path: Any) -> os.stat_result:
        return with_inode(real_lstat(path), next(numbers))

    monkeypatch.setattr("hnp_etl.files.archive_files.os.lstat", relooked)
    assert run(config) == calm
    assert run(config) == calm


def test_a_loss_tells_where() -> None:
    losses = Losses(1000, {"CRASHED": 20, "TIMEOUT": 1}, 0, 0, (("H02", 20), ("H01", 1)), ("H03",))
    with pytest.raises(StorageError) as caught:
        losses.check()
    assert str(caught.value).startswith(
        "the sources: lost 21 of 1000 files met (2.1%): CRASHED 20, TIMEOUT 1, below H02 20, "
        "below H01 1, nothing lies below H03; expected at most 1%; nothing was committed"
    )
    Losses(1000, {"CRASHED": 10}, 0, 0).check()
    Losses(0, {}, 0, 0).check()


def test_what_is_not_met_is_lost_only_where_a_folder_was_closed() -> None:
    assert slices_lost(frozenset("123"), ["9"], None) == 0
    assert slices_lost(frozenset("123"), ["2", "9"], None) == 1
    assert slices_lost(frozenset("123"), ["2"], {"2", "3"}) == 2


def test_places_are_told_by_the_longest_label() -> None:
    paths = ["x/H01/a", "x/H01", "H01/b", "x/H01/c"]
    assert places_of(paths, ["H01", "x/H01"]) == [("x/H01", 3), ("H01", 1)]
