"""Claims about a second build: what did not change is not opened again."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dicom_files import label_bytes
from etl.trees import IMAGES, KEY, Slice, hard_tree, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.judging import ATTEMPT_FILE
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import GateError

MEANINGS = {"1": "normal", "2": "patient", "3": "patient", "4": "patient", "5": "patient"}


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    (tmp_path / "key").write_bytes(KEY)
    src = (tmp_path / "src",)
    return BuildConfig(
        src, tmp_path / "out", tmp_path / "private", recipe(), key_file=tmp_path / "key"
    )


def recipe(image: dict[str, Any] | None = None, **codes: str) -> Recipe:
    meanings = {**MEANINGS, "6": "absent", **{name[1:]: what for name, what in codes.items()}}
    return Recipe.model_validate(
        {"name": "test", "label": {"codes": meanings}, "image": image or {}}
    )


def run(config: BuildConfig) -> BuildReport:
    return build(config, executor=SerialExecutor())


def settled(folder: Path) -> None:
    """Make files look older than the young-file limit."""
    for path in folder.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000), follow_symlinks=False)


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Files opened while the test runs; folders are listed."""
    paths: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        told = watching[0] and event == "open" and isinstance(arguments[0], (str, bytes))
        if told and not arguments[2] & os.O_DIRECTORY:
            paths.append(os.fsdecode(arguments[0]))

    sys.addaudithook(watch)  # for good; it cannot be taken away
    yield paths
    watching[0] = False


def test_another_meaning_of_a_code_opens_no_source(
    config: BuildConfig, opened: list[str], tmp_path: Path
) -> None:
    hard_tree(config.src[0])
    settled(config.src[0])
    run(config)
    del opened[:]
    changed = replace(config, recipe=recipe(c2="normal", c5="normal"))
    report = run(changed)
    assert (report.read, report.built) == (0, 0)
    assert [path for path in opened if path.startswith(str(config.src[0]))] == []
    fresh = replace(changed, out=tmp_path / "new", private=tmp_path / "new.private")
    assert run(fresh).info == report.info
    assert (config.out / "ledger.parquet").read_bytes() == (
        tmp_path / "new" / "ledger.parquet"
    ).read_bytes()


def test_another_crop_reads_no_header_again(config: BuildConfig) -> None:
    sound_tree(config.src[0])
    settled(config.src[0])
    run(config)
    report = run(replace(config, recipe=recipe(image={"size": [64, 64]})))
    assert (report.read, report.built) == (0, 1)


@pytest.mark.parametrize(
    ("codes", "reasons", "built"),
    [
        ((3, 3), {"DUPLICATE": 1}, 0),
        ((2, 2), {"DUPLICATE": 1}, 0),
        ((2, 3), {"LABEL_REJECTED": 2}, 1),
    ],
    ids=["as-before", "both-changed", "now-they-differ"],
)
def test_copies_are_settled_anew_when_labels_change(
    config: BuildConfig, codes: tuple[int, int], reasons: dict[str, int], built: int
) -> None:
    sound_tree(config.src[0], patients=1)
    copies = [Slice("P000", number, code=3, pixels_seed=9) for number in (50, 51)]
    labels = [write_slice(config.src[0], each)[1] for each in copies]
    settled(config.src[0])
    assert run(config).info.reasons == {"DUPLICATE": 1}
    for label, code in zip(labels, codes, strict=True):
        content = label_bytes("L4-5", code, Patient_ID="P000", Age=61, Sex="F")
        (config.src[0] / label).write_bytes(content)
    report = run(config)
    assert (report.info.reasons, report.built) == (reasons, built)
    assert open_dataset(config.out).is_whole()


def test_another_label_source_gives_what_a_fresh_build_gives(
    config: BuildConfig, tmp_path: Path
) -> None:
    hard_tree(config.src[0])
    table = "file;level;code\nP000_000.dcm;L4-5;3\nP000_001.dcm;L4-5;9\nP001_000.dcm;X;3\n"
    (config.src[0] / IMAGES / "H01" / "C004" / "labels.csv").write_text(table)
    order = ("json", "table", "json", "none", "rsna", "table", "study-json", "none", "json")
    for number, source in enumerate(order):
        label = load_recipe("generic").label.model_copy(update={"source": source})
        asked = replace(config, recipe=config.recipe.model_copy(update={"label": label}))
        fresh = replace(asked, out=tmp_path / f"{number}", private=tmp_path / f"{number}.private")
        expected, ledger = run(fresh).info, asked.out / "ledger.parquet"
        if expected.states.get("accepted"):
            assert run(asked).info == expected, source
        else:  # what was there stays
            with pytest.raises(GateError, match="no slice was accepted"):
                run(asked)
            ledger = asked.private / ATTEMPT_FILE
        assert ledger.read_bytes() == (fresh.out / "ledger.parquet").read_bytes(), source
