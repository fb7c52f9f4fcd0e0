"""RSNA 2024 in whole builds: slices that no point names, sides, blanks."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dicom_files import dicom_bytes, picture
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.explain.run import explain_files
from hnp_etl.private.linkage import read_linkage
from hnp_etl.recipes.label_table import Rsna
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.survey.recipe_text import recipe_text
from hnp_etl.survey.run import SurveyConfig, survey
from hnp_shared.check import check_dataset

RSNA = load_recipe("rsna-2024")
LEVELS = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")
HEIGHTS = (70.0, 35.0, 0.0, -35.0, -68.0)
TILTS = (10.0, 5.0, 0.0, -8.0, -30.0)
SAGITTAL = ["0", "1", "0", "0", "0", "-1"]
CONDITIONS = ("spinal_canal_stenosis", "left_subarticular_stenosis", "right_subarticular_stenosis")


def image(path: Path, seed: int, **attributes: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    uids = {"SOPInstanceUID": f"1.2.{seed}", "StudyInstanceUID": "1.2", "PatientID": None}
    told = {**uids, "SeriesDescription": "T2", **attributes}
    path.write_bytes(dicom_bytes(picture(400, 400, seed=seed), bits_stored=12, **told))


def study(root: Path, severities: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Write a study: a block of five slices at each disc, canal points on the sagittal alone.

    Returns:
        Path of each slice that shows a disc -> its level.
    """
    folder = root / "train_images" / "7"
    image(
        folder / "20" / "1.dcm",
        1,
        ImageOrientationPatient=SAGITTAL,
        ImagePositionPatient=["0", "-100", "100"],
        SeriesInstanceUID="1.2.20",
    )
    places, truth, number = [], {}, 0
    for level, (z, degrees) in enumerate(zip(HEIGHTS, TILTS, strict=True)):
        # rows and columns of half a millimetre, from (0, -100, 100)
        places.append(f"7,20,1,Spinal Canal Stenosis,{LEVELS[level]},200,{2 * (100 - z):g}")
        angle = math.radians(degrees)
        down = [0.0, math.cos(angle), math.sin(angle)]
        for step in (-2, -1, 0, 1, 2):
            number += 1
            off = 4.5 * step / math.cos(angle)
            corner = [-100.0, -100 * down[1], z + off - 100 * down[2]]
            image(
                folder / "30" / f"{number}.dcm",
                100 + number,
                ImageOrientationPatient=["1", "0", "0", *(f"{each:.6f}" for each in down)],
                ImagePositionPatient=[f"{each:.4f}" for each in corner],
                SeriesInstanceUID="1.2.30",
            )
            if abs(step) < 2:  # 9 mm from the disc is beyond its reach
                truth[f"train_images/7/30/{number}.dcm"] = LEVELS[level]
    head = "study_id,series_id,instance_number,condition,level,x,y"
    (root / "train_label_coordinates.csv").write_text("\n".join([head, *places, ""]))
    named = {key: None for row in severities for key in row}
    lines = [",".join(["study_id", *named])]
    lines += [",".join(["7", *(row.get(key, "") for key in named)]) for row in severities]
    (root / "train.csv").write_text("\n".join([*lines, ""]))
    (root / "train_series_descriptions.csv").write_text(
        "study_id,series_id,series_description\n7,20,Sagittal T2/STIR\n7,30,Axial T2\n"
    )
    return truth


def column(condition: str, level: str) -> str:
    return f"{condition}_{level.replace('/', '_').lower()}"


def severity_of(**said: str) -> dict[str, str]:
    """Return a line of train.csv: each condition is alike at all discs but where it is said."""
    return {
        column(condition, level): said.get(condition, "Normal/Mild")
        for condition in CONDITIONS
        for level in LEVELS
    }


def built(root: Path, recipe: Recipe = RSNA) -> pd.DataFrame:
    key = root.parent / "key"
    key.write_bytes(b"a key for tests, long enough to be one")
    config = BuildConfig((root,), root.parent / "out", root.parent / "private", recipe, key)
    build(config, executor=SerialExecutor())
    assert check_dataset(config.out, deep=True).findings == ()
    paths = {each.slice_id: each.path.partition("/")[2] for each in read_linkage(config.private)}
    table = pd.read_parquet(config.out / "manifest.parquet")
    return table.assign(path=table.slice_id.map(paths)).set_index("path")


def asking(condition: str = "spinal_canal_stenosis", reach_mm: float | None = None) -> Recipe:
    label = RSNA.label.model_copy(update={"condition": condition, "rsna": Rsna(reach_mm=reach_mm)})
    return RSNA.model_copy(update={"label": label})


def test_canal_points_on_the_sagittal_tell_the_level_of_slices_of_tilted_blocks(
    tmp_path: Path,
) -> None:
    severities = severity_of() | {column("spinal_canal_stenosis", "L4/L5"): "Severe"}
    truth = study(tmp_path / "src", [severities])
    found = built(tmp_path / "src")
    names = {level: level.replace("/L", "-").replace("/S", "-S") for level in LEVELS}
    assert found.level_name.to_dict() == {path: names[level] for path, level in truth.items()}
    assert len(found) == 15
    assert found[found.is_patient].level_name.unique().tolist() == ["L4-5"]
    assert not any("level_order" in flags for flags in found["flags"])
    path = str(tmp_path / "src" / next(iter(truth)))
    (told,) = explain_files([path], [tmp_path / "src"], RSNA)
    assert (told.state, told.level) == ("accepted", 0)


@pytest.mark.parametrize(("reach_mm", "slices"), [(10.0, 25), (4.0, 5), (0.5, 5)])
def test_the_recipe_says_how_far_a_disc_reaches(
    tmp_path: Path, reach_mm: float, slices: int
) -> None:
    study(tmp_path / "src", [severity_of()])
    assert len(built(tmp_path / "src", asking(reach_mm=reach_mm))) == slices


SIDED = {
    **{column("left_subarticular_stenosis", level): "Normal/Mild" for level in LEVELS},
    **{column("right_subarticular_stenosis", level): "Normal/Mild" for level in LEVELS},
    column("left_subarticular_stenosis", "L4/L5"): "Severe",
    column("right_subarticular_stenosis", "L3/L4"): "Moderate",
    column("left_subarticular_stenosis", "L5/S1"): "",
    column("right_subarticular_stenosis", "L5/S1"): "Moderate",
    column("left_subarticular_stenosis", "L1/L2"): "",
    column("right_subarticular_stenosis", "L1/L2"): "",
}


@pytest.mark.parametrize(
    ("condition", "codes"),
    [
        (
            "subarticular_stenosis",
            {"L2-3": "Normal/Mild", "L3-4": "Moderate", "L4-5": "Severe", "L5-S1": "Moderate"},
        ),
        (
            "left_subarticular_stenosis",
            {"L2-3": "Normal/Mild", "L3-4": "Normal/Mild", "L4-5": "Severe"},
        ),
    ],
    ids=["both-sides", "left"],
)
def test_a_condition_of_two_sides_is_the_worse_of_both(
    tmp_path: Path, condition: str, codes: dict[str, str]
) -> None:
    study(tmp_path / "src", [SIDED])
    found = built(tmp_path / "src", asking(condition))
    assert found.groupby("level_name").label_code.first().to_dict() == codes


def test_severities_written_as_numbers_by_pandas_are_the_recipes_codes(tmp_path: Path) -> None:
    numbers = {"Normal/Mild": "0.0", "Moderate": "1.0", "Severe": "2.0", "": ""}
    study(tmp_path / "src", [{key: numbers[value] for key, value in SIDED.items()}])
    for name in ("train", "train_label_coordinates"):
        path = tmp_path / "src" / f"{name}.csv"
        pd.read_csv(path).to_csv(path)  # with an index, ids as they are, blanks as blanks
    recipe = asking("subarticular_stenosis")
    codes = {"0": "normal", "1": "normal", "2": "patient"}
    label = recipe.label.model_copy(update={"codes": codes})
    found = built(tmp_path / "src", recipe.model_copy(update={"label": label}))
    told = found.groupby("level_name").label_code.first().to_dict()
    assert told == {"L2-3": "0", "L3-4": "1", "L4-5": "2", "L5-S1": "1"}
    assert found[found.is_patient].level_name.unique().tolist() == ["L4-5"]


def test_what_a_point_names_counts_before_what_lies_near(tmp_path: Path) -> None:
    study(tmp_path / "src", [severity_of()])
    with (tmp_path / "src" / "train_label_coordinates.csv").open("a") as file:
        file.write("7,30,5,Left Subarticular Stenosis,L2/L3,1,1\n")
    found = built(tmp_path / "src")
    assert found.level_name["train_images/7/30/5.dcm"] == "L2-3"


def test_the_recipe_tells_its_reach_where_somebody_set_it() -> None:
    assert "rsna" not in RSNA.published()["label"]
    assert asking(reach_mm=6).published()["label"]["rsna"] == {"reach_mm": 6}


def test_a_survey_with_the_recipe_counts_what_a_build_takes(tmp_path: Path) -> None:
    study(tmp_path / "src", [severity_of()])
    (tmp_path / "state").mkdir()
    config = SurveyConfig((tmp_path / "src",), asking(reach_mm=10))
    found = survey(config, tmp_path / "state", executor=SerialExecutor())
    assert found.outcomes == {"accepted": 25, "NOT_AXIAL": 1}
    drafted = tomllib.loads(recipe_text(found))["label"]
    assert (drafted["source"], drafted["rsna"]) == ("rsna", {"reach_mm": 10})
