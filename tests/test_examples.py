"""What is kept in the repository beside the code is what the code makes."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[1]
PIXEL_COLUMNS = ["pixel_sha256", "shard", "source_min", "source_max"]
"""Last bits of these differ between processors of one architecture."""


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example")
    script("example").make(folder)
    return folder


def test_the_example_manifest_is_what_the_phantom_gives(made: Path) -> None:
    name = "data_manifest.example.parquet"
    kept, found = pd.read_parquet(ROOT / name), pd.read_parquet(made / name)
    pd.testing.assert_frame_equal(
        kept.drop(columns=PIXEL_COLUMNS), found.drop(columns=PIXEL_COLUMNS), check_exact=True
    )
    ranges = ["source_min", "source_max"]
    pd.testing.assert_frame_equal(kept[ranges], found[ranges], rtol=1e-4)


def test_the_example_splits_are_what_split_gives(made: Path) -> None:
    names = {path.name for path in (made / "splits").iterdir()}
    assert names == {path.name for path in (ROOT / "splits").glob("example-*.csv")}
    for name in names:
        kept, found = ROOT / "splits" / name, made / "splits" / name
        assert without_dataset_id(kept) == without_dataset_id(found), name
        assert pd.read_csv(kept, comment="#").columns[1] == "part"


def without_dataset_id(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# data set id:")]


@pytest.mark.parametrize("name", ["columns", "reasons"])
def test_the_pages_of_words_are_what_the_code_says(name: str) -> None:
    kept = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    assert script(f"{name}_page").page() == kept
