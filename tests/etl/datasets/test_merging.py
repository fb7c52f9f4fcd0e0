"""One data set of several."""

import contextlib
import fcntl
import itertools
import os
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from enhanced_files import enhanced_bytes, stack_of
from etl.builds.test_pipeline import content_of
from etl.trees import Slice, hard_tree, write_slice
from failing import CountingDisk, NoLinks
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.commands.merge import merge_command
from hnp_etl.datasets.merging import merge
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.check import check_dataset
from hnp_shared.columns import MANIFEST
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.vocabulary import State

SITES = ("H01", "H02", "H03")
RECIPE = Recipe(name="test")


def built(folder: Path, site: str, key: bytes | None = None, recipe: Recipe = RECIPE) -> Path:
    """Build the tree of a hospital with a key of its own."""
    folder.mkdir(exist_ok=True)
    key_file = folder / "key"
    key_file.write_bytes(sha256(key or site.encode()).digest())
    config = BuildConfig((folder / "src",), folder / site, folder / "private", recipe, key_file)
    build(config, executor=SerialExecutor())
    return config.out


def site_tree(root: Path, site: str) -> None:
    for patient, number in itertools.product(("P000", "P001"), range(2)):
        write_slice(root, Slice(patient, number, hospital=site))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sites")
    for site in SITES:
        (folder / site).mkdir()
        site_tree(folder / site / "src", site)
    hard_tree(folder / "H03" / "src")
    return [built(folder / site, site) for site in SITES]


def test_all_slices_and_files_are_there(parts: list[Path], tmp_path: Path) -> None:
    report = merge(parts, tmp_path / "out")
    before = pd.concat([pd.read_parquet(part / "manifest.parquet") for part in parts])
    after = pd.read_parquet(tmp_path / "out" / "manifest.parquet")
    assert list(after.columns) == [column.name for column in MANIFEST]
    key = ["slice_id"]
    pd.testing.assert_frame_equal(
        before.sort_values(key, ignore_index=True), after.sort_values(key, ignore_index=True)
    )
    ledgers = [pd.read_parquet(part / "ledger.parquet") for part in parts]
    assert sum(report.info.states.values()) == sum(map(len, ledgers))
    assert report.info.states[State.ACCEPTED] == len(after)
    assert check_dataset(tmp_path / "out", deep=True).findings == ()


def test_shards_are_linked_and_nothing_private_is_needed(parts: list[Path], tmp_path: Path) -> None:
    merge(parts, tmp_path / "out")
    for part in parts:
        for shard in (part / "shards").iterdir():
            assert (tmp_path / "out" / "shards" / shard.name).samefile(shard)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_any_order_and_any_number_of_times_give_the_same_bytes(
    parts: list[Path], tmp_path: Path
) -> None:
    merge(parts, tmp_path / "out")
    first = content_of(tmp_path / "out")
    merge(parts[::-1], tmp_path / "out")
    assert content_of(tmp_path / "out") == first
    merge(parts[1:] + parts[:1], tmp_path / "other")
    assert content_of(tmp_path / "other") == first


def test_merging_merged_data_sets_gives_the_same_tables(parts: list[Path], tmp_path: Path) -> None:
    whole = merge(parts, tmp_path / "whole").info
    merge(parts[:2], tmp_path / "first")
    again = merge([parts[2], tmp_path / "first"], tmp_path / "again").info
    assert (again.dataset_id, again.recipe, again.files) == (
        *(whole.dataset_id, whole.recipe, whole.files),
    )


def test_without_links_shards_are_copied(parts: list[Path], tmp_path: Path) -> None:
    merge(parts, tmp_path / "linked")
    merge(parts, tmp_path / "copied", disk=NoLinks())
    assert content_of(tmp_path / "copied") == content_of(tmp_path / "linked")
    shard = next((tmp_path / "copied" / "shards").iterdir())
    assert shard.stat().st_nlink == 1


def test_at_a_failing_write_the_old_data_set_stands_or_the_new_one(
    parts: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    disk = CountingDisk()
    new = merge(parts[:2], tmp_path / "whole", disk=disk).info.dataset_id
    for step, operation in list(enumerate(disk.done, 1))[::5]:
        copies_instead = contextlib.nullcontext()
        with copies_instead if operation == "link" else pytest.raises(StorageError):
            merge(parts[:2], out, disk=CountingDisk(step))
        if (out / "dataset.json").exists():
            assert open_dataset(out).info.dataset_id == new
            assert open_dataset(out).is_whole()
        merge(parts[:2], out)
        assert check_dataset(out, deep=False).findings == ()
        shutil.rmtree(out)


@pytest.fixture
def alike(tmp_path: Path) -> Callable[..., Path]:
    """Return a builder of further data sets of two patients of H01."""

    def make(name: str, key: bytes = b"k" * 32, recipe: Recipe = RECIPE, first: int = 0) -> Path:
        folder = tmp_path / name
        for number in range(first, first + 2):
            write_slice(folder / "src", Slice("P000", number))
        return built(folder, "set", key, recipe)

    return make


def test_what_does_not_fit_is_refused_in_one_line(
    alike: Callable[..., Path], tmp_path: Path
) -> None:
    one, copy, more = alike("one"), alike("copy"), alike("more", first=7)
    small = alike("small", recipe=Recipe.model_validate({"name": "t", "image": {"size": [9, 9]}}))
    write_slice(tmp_path / "also" / "src", Slice("P001", 1))
    cases = {
        r"^data set [0-9a-f]{16} is given 2 times": copy,
        r"^found pixels_id [0-9a-f]{16}, [0-9a-f]{16}, expected one": small,
        r"^1 patient_id are in more than one data set": more,
        r"^2 slice_id are in more than one data set": alike("also"),
    }
    for line, other in cases.items():
        with pytest.raises(InputError, match=line):
            merge([one, other], tmp_path / "out")
        assert not (tmp_path / "out" / "dataset.json").exists()


def test_a_part_that_is_not_whole_is_refused(parts: list[Path], tmp_path: Path) -> None:
    part = tmp_path / "part"
    shutil.copytree(parts[0], part)
    next((part / "shards").iterdir()).unlink()
    with pytest.raises(InputError, match="is not whole"):
        merge([part, parts[1]], tmp_path / "out")


def test_a_data_set_of_another_key_is_not_replaced(parts: list[Path], tmp_path: Path) -> None:
    merge(parts[:2], tmp_path / "out")
    with pytest.raises(InputError, match="OUT holds a data set of key"):
        merge(parts[1:], tmp_path / "out")


@pytest.mark.parametrize("place", ["out", "part"])
def test_a_data_set_in_use_is_left_alone(place: str, parts: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "out" if place == "out" else parts[0]
    folder.mkdir(exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="in use"):
            merge(parts, tmp_path / "out")
    finally:
        os.close(descriptor)


def test_out_among_the_parts_is_refused(parts: list[Path]) -> None:
    with pytest.raises(InputError, match="overlap"):
        merge(parts, parts[0])


def test_pictures_that_are_in_two_data_sets_under_two_keys_are_told(
    parts: list[Path], tmp_path: Path
) -> None:
    site_tree(tmp_path / "src", "H01")
    again = built(tmp_path, "H01", b"another key of this hospital, long enough")
    report = merge([parts[0], again], tmp_path / "out")
    pictures = pd.read_parquet(again / "manifest.parquet").pixel_sha256
    assert (report.pictures_shared, report.slices) == (pictures.nunique(), (len(pictures),) * 2)
    told = CliRunner().invoke(merge_command, [f"{parts[0]}", f"{again}", "--out", f"{tmp_path}/b"])
    assert f"warning: {pictures.nunique()} pictures are in more than one" in told.stderr


def test_slices_are_counted_where_a_file_holds_several(tmp_path: Path) -> None:
    recipe = Recipe.model_validate({"name": "frames", "label": {"source": "none"}})
    for site, count in (("H01", 3), ("H02", 4)):
        folder = tmp_path / site / "src" / site / "C004"
        folder.mkdir(parents=True)
        content = enhanced_bytes(stack_of(count), StudyInstanceUID=f"1.2.{count}")
        (folder / "all.dcm").write_bytes(content)
    made = [built(tmp_path / site, site, recipe=recipe) for site in ("H01", "H02")]
    told = CliRunner().invoke(merge_command, [*map(str, made), "--out", f"{tmp_path / 'all'}"])
    assert sorted(line.split()[-1] for line in told.stdout.splitlines()[1:4]) == ["3", "4", "7"]
