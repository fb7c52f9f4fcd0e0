"""What differs between two data sets, and why."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from dicom_files import dicom_bytes
from etl.trees import IMAGES, KEY, LABELS, Slice, pixels_of, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.datasets.causes import Cause
from hnp_etl.datasets.difference import Difference, compare
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.vocabulary import Reason

RECIPE = Recipe(name="test")


@dataclass
class Site:
    """A tree that is built again and again, each time into a new place."""

    folder: Path
    builds: int = 0

    @property
    def src(self) -> Path:
        return self.folder / "src"

    def build(self, recipe: Recipe = RECIPE, key: bytes = KEY) -> Dataset:
        self.builds += 1
        work = self.folder / f"build{self.builds}"
        work.mkdir()
        (work / "key").write_bytes(key)
        config = BuildConfig((self.src,), work / "out", work / "private", recipe, work / "key")
        build(config, executor=SerialExecutor())
        return open_dataset(work / "out")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    sound_tree(tmp_path / "src", patients=2)
    return Site(tmp_path)


def told(difference: Difference) -> Counter[tuple[str, Cause]]:
    return Counter((row.change, row.cause) for row in difference.rows)


def relabel(path: Path, **values: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | values), encoding="utf-8")


def test_two_builds_of_one_tree_do_not_differ(site: Site) -> None:
    difference = compare(site.build(), site.build())
    assert (difference.rows, difference.files, difference.slices) == ((), (), 6)


def test_each_difference_has_its_cause(site: Site) -> None:
    images, labels = (site.src / place / "H01" / "C004" for place in (IMAGES, LABELS))
    old = site.build()
    (images / "P000_000.dcm").unlink()
    (labels / "P000_001.json").unlink()
    relabel(labels / "P000_002.json", Age=70)
    write_slice(site.src, Slice("P009", 1, hospital="H02"))
    (images / "P001_000.dcm").write_bytes(dicom_bytes(pixels=pixels_of(99), PatientID="P001"))
    relabel(labels / "P001_001.json", **{"L4-5": 6})
    difference = compare(old, site.build())
    assert told(difference) == {
        ("removed", Cause.FILE): 1,
        ("removed", Cause.LABEL): 2,
        ("changed", Cause.LABEL): 1,
        ("changed", Cause.FILE): 1,
        ("added", Cause.FILE): 1,
    }
    assert [row.hospital for row in difference.rows] == ["H01"] * 5 + ["H02"]
    assert {row.reason for row in difference.rows} == {None, Reason.NO_LABEL, Reason.NO_LEVEL}
    (aged,) = (row for row in difference.rows if row.columns == ("age",))
    assert aged.cause is Cause.LABEL
    ways = {(each.kind, each.before, each.after): each.files for each in difference.files}
    assert ways["image", "accepted", "NO_LABEL"] == 1
    assert ways["label", "used", "not met"] == 1
    assert ways["image", "not met", "accepted"] == 1


def test_another_recipe_is_the_cause_of_what_depends_on_it(site: Site) -> None:
    codes = Recipe.model_validate(
        {"name": "test", "label": {"codes": {"1": "normal", "2": "normal", "3": "patient"}}}
    )
    assert {cause for _, cause in told(compare(site.build(), site.build(codes)))} == {Cause.RECIPE}
    sharper = Recipe.model_validate({"name": "test", "image": {"size": [100, 100]}})
    assert told(compare(site.build(), site.build(sharper))) == {("changed", Cause.RECIPE): 6}


def test_another_tool_is_the_cause_of_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    old = site.build()
    relabel(site.src / LABELS / "H01" / "C004" / "P000_002.json", Age=70)
    monkeypatch.setattr("hnp_etl.datasets.replacing.__version__", "9.9")
    assert told(compare(old, site.build())) == {("changed", Cause.TOOL): 1}


def test_ids_of_two_keys_are_not_compared(site: Site) -> None:
    with pytest.raises(InputError, match=r"^ids made with key [0-9a-f]{8} cannot be compared"):
        compare(site.build(), site.build(key=b"another key, long enough to be one too"))
