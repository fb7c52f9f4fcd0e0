"""A drafted recipe loses nothing on its way through TOML."""

from pathlib import Path

from etl.trees import sound_tree
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.loading import parse_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.survey import SurveyConfig, recipe_text, survey

START = """
name = "mine"
[layout]
hospital = '(H\\d\\d|O''Brien)'
procedures = ["C004", "C005"]
[identity]
patient = ["dicom"]
scope = "all"
[label]
required = ["age"]
missing = ["미상", 9999]
canal = { range = [5, 50] }
[label.codes]
1 = "normal"
"a \\"b\\" 가" = "patient"
6 = "absent"
[selection]
max_tilt_deg = 40
fat_suppressed = "keep"
[image]
crop_mm = 150
size = [64, 96]
dtype = "uint16"
[limits]
depth = 32
headerless = true
"""


def drafted(tmp_path: Path, start: str) -> tuple[Recipe, Recipe]:
    """Return a drafted recipe, and what is read back from its text."""
    sound_tree(tmp_path / "src", patients=1)
    config = SurveyConfig((tmp_path / "src",), parse_recipe(start, "start"))
    findings = survey(config, tmp_path, executor=SerialExecutor())
    return findings.draft.recipe, parse_recipe(recipe_text(findings), "draft")


def test_the_text_reads_back_as_the_draft(tmp_path: Path) -> None:
    recipe, again = drafted(tmp_path, START.replace("|O''Brien", ""))
    assert again == recipe
    assert again.layout.procedures == ("C004", "C005")
    assert (again.image.crop_mm, again.image.size) == (150, (64, 96))
    assert again.limits.headerless
    assert (list(again.label.canal.range), again.label.missing) == ([5, 50], ("미상", 9999))
    assert (again.identity.scope, again.label.required) == ("all", ("age",))


def test_quotes_in_a_pattern_are_escaped(tmp_path: Path) -> None:
    start = START.replace("'(H\\d\\d|O''Brien)'", '"(H0\\\\d|O\'Brien)"')
    recipe, again = drafted(tmp_path, start)
    assert again.layout.hospital == recipe.layout.hospital == "(H0\\d|O'Brien)"
