"""Labels that tell of L6, T13 or a transitional vertebra: told, flagged, mapped by the recipe."""

from pathlib import Path
from typing import Any, cast

import pytest

from dicom_files import label_bytes, write_pair
from etl.builds.test_frames import built
from hnp_etl.errors import FileError
from hnp_etl.explain.run import explain_files
from hnp_etl.labels.document import parse_label
from hnp_etl.labels.label import LabelReader
from hnp_etl.labels.transitional import names_sixth
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.dataset import open_dataset
from hnp_shared.vocabulary import Flag

RECIPE = load_recipe("aihub-dld")


@pytest.mark.parametrize(
    "text",
    [
        *("L5-6", "L5-L6", "L5/L6", "l5_l6", "L6-S1", "L6/S", "L6~S1", "Ｌ６－Ｓ１", "요추5-6"),
        *("disc L5-6", "T12-13", "T12/T13", "T13-L1", "Th13/L1", "t13_l1", "흉추13-1"),
    ],
)
def test_names_of_discs_that_a_usual_spine_does_not_have(text: str) -> None:
    assert names_sixth(text)


@pytest.mark.parametrize(
    "text", ["L5-S1", "L4-5", "T12-L1", "L1-2", "L5-60", "SL5-6", "L16-S1", "5-6", "C5-6", "T1-3"]
)
def test_names_that_are_none(text: str) -> None:
    assert not names_sixth(text)


def flagged(recipe: Label = RECIPE.label, **said: Any) -> bool:
    facts = LabelReader(recipe).read(parse_label(label_bytes(**said), 64))
    return Flag.TRANSITIONAL in facts.flags


@pytest.mark.parametrize(
    "said",
    [
        {"L5-6": 2},
        {"L6-S1": 6},
        {"T13-L1": "6"},
        {"L6": True},
        {"T13": 1},
        {"transitional_vertebra": "yes"},
        {"LSTV": "Castellvi 2a"},
        {"이행척추": "있음"},
        {"annotations": [{"level": "L6/S1", "code": 3}]},
    ],
)
def test_a_cell_a_level_or_a_remark_tells(said: dict[str, Any]) -> None:
    assert flagged(**said)


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"L5-6": None},
        {"L6-S1": ""},
        {"L6-S1": "NA"},
        {"L6": False},
        {"transitional": "no"},
        {"LSTV": 0},
        {"level6": 3},
        {"annotations": [{"level": "L5/S1", "code": 6}]},
    ],
)
def test_what_is_missing_or_denied_tells_nothing(said: dict[str, Any]) -> None:
    assert not flagged(**said)


def sixth(level: str | None, code: int) -> bytes:
    """Return a label with a code, and one of the disc below L6."""
    return label_bytes(level, omit=(), **cast("dict[str, Any]", {"L6-S1": code}))


def test_a_disc_of_it_counts_only_where_the_recipe_maps_it(tmp_path: Path) -> None:
    write_pair(tmp_path / "src" / "H01_C004", "a", label=sixth(None, 3))
    write_pair(tmp_path / "src" / "H01_C004", "b", label=sixth("L4-5", 6))
    write_pair(tmp_path / "src" / "H01_C004", "c")
    found = built(tmp_path, {}, recipe="aihub-dld")
    told = {name: found.outcome(f"src/H01_C004/{name}.dcm")[:2] for name in "abc"}
    assert told == {"a": ("filtered", "NO_LEVEL"), "b": ("accepted", None), "c": ("accepted", None)}
    flags = found.manifest.set_index("slice_id")["flags"]
    assert "transitional" in flags[found.of("src/H01_C004/b.dcm")]
    assert "transitional" not in flags[found.of("src/H01_C004/c.dcm")]
    (notice,) = (n for n in open_dataset(found.out).info.notices if n.kind == "transitional")
    assert "H01: found 2 labels that tell of L6, T13" in notice.line
    paths = [f"{tmp_path}/src/H01_C004/{name}.dcm" for name in "ab"]
    for said in explain_files(paths, [tmp_path / "src"], RECIPE):
        steps = {step.name: step.finding for step in said.steps}
        assert "tells of L6, T13 or a transitional vertebra" in steps["label"]


def test_the_recipe_maps_it_and_the_usual_cell_gives_way() -> None:
    levels = {**RECIPE.label.levels, "L5-S1": (*RECIPE.label.levels["L5-S1"], "L6-S1")}
    reader = LabelReader(RECIPE.label.model_copy(update={"levels": levels}))
    facts = reader.read(parse_label(sixth(None, 3), 64))
    assert facts.cells[4] == ("3",)
    assert Flag.TRANSITIONAL in facts.flags
    with pytest.raises(FileError, match="two spellings of L5-S1 disagree"):
        reader.read(parse_label(sixth("L5-S1", 4), 64))
