import csv
import hashlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.labels.document import parse_label
from hnp_etl.labels.label import LabelReader
from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_etl.phantom.layouts import folders_of
from hnp_etl.phantom.people import make_patients
from hnp_etl.phantom.truth import truth_path_of
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.errors import OutputError
from hnp_shared.vocabulary import LEVEL_NAMES

COLUMNS = ["path", "patient", "level", "is_patient", "bulge_mm", "canal_width_mm"]
COLUMNS += ["age", "sex", "hospital", "zone", "side", "broad_bulge_mm", "displacement_mm"]
COLUMNS += ["sac_depth_mm", "sac_area_mm2", "sac_indentation_mm", "nucleus_signal", "grade"]
COLUMNS += ["label_code", "is_flipped", "is_marked"]


def truth_of(root: Path) -> list[dict[str, str]]:
    with truth_path_of(root).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def label_path(image: Path) -> Path:
    parts = {"원천데이터": "라벨링데이터", "TS_DLD": "TL_DLD", "VS_DLD": "VL_DLD"}
    return Path(*(parts.get(part, part) for part in image.parts)).with_suffix(".json")


def test_every_image_has_a_label_and_nothing_else_is_there(root: Path) -> None:
    images = set(root.rglob("*.dcm"))
    assert len(images) == 7 * 25
    everything = {path for path in root.rglob("*") if path.is_file()}
    assert everything == images | {label_path(image) for image in images}


def test_folders_follow_the_delivered_layout(root: Path) -> None:
    folders = Counter(image.relative_to(root).parent.as_posix() for image in root.rglob("*.dcm"))
    validation = folders.pop("2.Validation/원천데이터/VS_DLD/H01/C004")
    hospitals = ("H01", "H02", "H03", "H04", "H06")
    assert set(folders) == {f"1.Training/원천데이터/TS_DLD/{each}/C004" for each in hospitals}
    assert (validation, sum(folders.values())) == (25, 6 * 25)


def test_the_truth_lies_beside_the_tree_only(root: Path) -> None:
    assert sorted(path.name for path in root.parent.iterdir()) == ["tree", "tree.truth.csv"]
    assert not list(root.rglob("*.csv"))
    assert list(truth_of(root)[0]) == COLUMNS


def test_the_truth_has_two_slices_of_each_disc(root: Path) -> None:
    counts = Counter((row["hospital"], row["patient"], row["level"]) for row in truth_of(root))
    assert len(counts) == 7 * 5
    assert set(counts.values()) == {2}


def test_labels_say_what_is_true(root: Path) -> None:
    recipe = load_recipe("aihub-dld").label
    for row in truth_of(root):
        image = root / row["path"]
        facts = LabelReader(recipe).read(parse_label(label_path(image).read_bytes()))
        shown = [level for level, codes in enumerate(facts.cells) if codes != ("6",)]
        assert shown == [LEVEL_NAMES.index(row["level"])]
        assert facts.cells[shown[0]] == (row["label_code"],)
        assert (row["label_code"] != "1") == (row["is_patient"] == "1")
        assert facts.canal_width_mm == pytest.approx(float(row["canal_width_mm"]))
        assert (facts.patient, facts.sex) == (row["patient"], row["sex"])


def test_the_same_arguments_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from hnp_etl.phantom import *; "
        "write_phantom(PhantomConfig(pathlib.Path(sys.argv[1]), 2, 5))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Seoul"}
    again = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-c", code, str(again)], check=True, env=environment)
    found = digests(again)
    assert len(found) == 2 * 50
    assert found.items() <= digests(root).items()
    rows = truth_of(again)
    assert rows == truth_of(root)[: len(rows)]


def test_another_seed_gives_other_bytes(root: Path, tmp_path: Path) -> None:
    write_phantom(PhantomConfig(tmp_path / "other", patients=1, seed=6))
    assert not set(digests(tmp_path / "other").values()) & set(digests(root).values())


def test_flat_layout_puts_labels_beside_images(tmp_path: Path) -> None:
    report = write_phantom(PhantomConfig(tmp_path / "flat", 1, 5, TreeLayout.FLAT))
    (hospital,) = (tmp_path / "flat").iterdir()
    names = sorted(path.name for path in (hospital / "C004").iterdir())
    assert len(names) == 2 * report.images == 50
    assert {Path(name).suffix for name in names} == {".dcm", ".json"}
    assert all((tmp_path / "flat" / row.path).is_file() for row in report.truth)


DATED = {
    TreeLayout.KOREAN_2021: "103.퇴행성 척추질환 데이터/01.데이터/1.Training/원천데이터/TS_DLD",
    TreeLayout.KOREAN_2022: "01-1.정식개방데이터/Training/01.원천데이터/TS_DLD",
    TreeLayout.KOREAN_2023: "3.개방데이터/1.데이터/Training/01.원천데이터/TS_DLD",
}


@pytest.mark.parametrize("layout", DATED)
def test_dated_layouts_name_folders_as_their_year_did(layout: TreeLayout) -> None:
    images, labels = folders_of(layout, next(make_patients(5, 1)))
    assert images.as_posix().startswith(DATED[layout])
    assert (
        labels.as_posix().replace("라벨링", "원천").replace("TL_", "TS_").replace("02.", "01.")
        == images.as_posix()
    )


@pytest.mark.parametrize("layout", [TreeLayout.FLAT, *DATED])
def test_the_built_in_recipe_reads_every_layout(layout: TreeLayout, tmp_path: Path) -> None:
    report = write_phantom(PhantomConfig(tmp_path / "tree", 1, 5, layout))
    (tmp_path / "key").write_bytes(KEY)
    places = ((tmp_path / "tree",), tmp_path / "data", tmp_path / "private")
    config = BuildConfig(*places, load_recipe("aihub-dld"), tmp_path / "key")
    build(config, executor=SerialExecutor())
    rows = pd.read_parquet(config.out / "manifest.parquet")
    assert len(rows) == len(report.truth)
    assert rows.is_patient.sum() == sum(row.is_patient for row in report.truth)
    expected = set() if layout is TreeLayout.FLAT else {"training"}
    assert set(rows.partition.dropna()) == expected


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        write_phantom(PhantomConfig(tmp_path, 1))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        write_phantom(PhantomConfig(tmp_path / "file", 1))
