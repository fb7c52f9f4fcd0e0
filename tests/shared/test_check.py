"""`check` finds what is not as it was written."""

import random
import shutil
from pathlib import Path

import pytest

from etl.trees import KEY, sound_tree
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.check import check_dataset
from hnp_shared.errors import InputError


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("check")
    sound_tree(folder / "src", patients=2)
    (folder / "key").write_bytes(KEY)
    recipe = Recipe.model_validate({"name": "small", "image": {"size": [16, 16]}})
    config = BuildConfig(
        (folder / "src",), folder / "out", folder / "private", recipe, folder / "key"
    )
    build(config, executor=SerialExecutor())
    return config.out


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "out"))


def findings(folder: Path) -> tuple[str, ...]:
    try:
        return check_dataset(folder, deep=False).findings
    except InputError as error:
        return (str(error),)


def test_a_sound_data_set_has_no_findings(copy: Path) -> None:
    report = check_dataset(copy, deep=True)
    assert (report.findings, report.slices, report.files) == ((), 6, 3)


@pytest.mark.parametrize("flips", [50, pytest.param(1000, marks=pytest.mark.torture)])
def test_any_flipped_bit_is_found(copy: Path, flips: int) -> None:
    dice = random.Random(flips)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for _ in range(flips):
        path = dice.choice(files)
        content = bytearray(path.read_bytes())
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
        original = path.read_bytes()
        path.write_bytes(content)
        assert findings(copy), path.name
        path.write_bytes(original)
    assert findings(copy) == ()


def test_strays_and_missing_files_are_named(copy: Path) -> None:
    (copy / "shards" / "notes.txt").touch()
    (copy / ".tmp-1").touch()
    (shard,) = (copy / "shards").glob("*.npz")
    shard.unlink()
    found = findings(copy)
    assert "a stray file lies in shards: notes.txt" in found
    assert "an unfinished file lies in the data set" in found
    assert f"shards/{shard.name} is missing" in found


def test_what_file_managers_and_servers_leave_is_no_stray(copy: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "shards/.nfs0000000a7f", "tables/@eaDir/a@SynoEAStream"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).touch()
    assert findings(copy) == ()


def test_an_old_alias_is_told(copy: Path) -> None:
    (copy / "manifest.parquet").unlink()
    (copy / "manifest.parquet").write_bytes(b"older")
    assert findings(copy) == ("manifest.parquet is not the table that dataset.json names",)
