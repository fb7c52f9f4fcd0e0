"""Claims about bounds: a recipe sets them, a change reads anew, and the page lists them all."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from etl.trees import KEY, Slice, sound_tree, write_slice
from hnp_etl import limits
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.limits import LIMITS, Limits
from hnp_etl.private.folder import private_folder
from hnp_etl.recipes.loading import parse_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.errors import InputError

PAGE = Path(__file__).parents[3] / "docs" / "limits.md"


@pytest.fixture
def config(tmp_path: Path) -> BuildConfig:
    (tmp_path / "key").write_bytes(KEY)
    out = tmp_path / "out"
    return BuildConfig(
        src=(tmp_path / "src",),
        out=out,
        private=private_folder(out),
        recipe=Recipe(name="test"),
        key_file=tmp_path / "key",
    )


def run(config: BuildConfig, **set_to: object) -> BuildReport:
    bounds = Limits.model_validate(set_to)
    recipe = config.recipe.model_copy(update={"limits": bounds})
    return build(replace(config, recipe=recipe), executor=SerialExecutor())


@pytest.mark.parametrize(
    ("set_to", "reason"),
    [
        ({"image_bytes": 1000}, "TOO_LARGE"),
        ({"label_bytes": 20}, "LABEL_REJECTED"),
        ({"header_bytes": 300}, "BAD_HEADER"),
        ({"side_pixels": 23}, "BAD_HEADER"),
    ],
)
def test_a_recipe_sets_the_bound(
    config: BuildConfig, set_to: dict[str, object], reason: str
) -> None:
    sound_tree(config.src[0])
    report = run(config, **set_to)
    assert report.info.reasons[reason] == 12
    assert report.info.states.get("accepted", 0) == 0


def test_depth_counts_in_labels_and_headers(config: BuildConfig) -> None:
    _, label = write_slice(config.src[0], Slice("P000", 0))
    nested = json.loads((config.src[0] / label).read_text())
    (config.src[0] / label).write_text(json.dumps({"a": {"b": {"c": nested}}}))
    write_slice(config.src[0], Slice("P001", 0))
    assert run(config, depth=4).info.reasons == {}
    assert run(config, depth=3).info.reasons["TOO_DEEP"] == 1


def test_other_bounds_give_what_a_fresh_build_gives(config: BuildConfig, tmp_path: Path) -> None:
    sound_tree(config.src[0])
    long = config.src[0] / write_slice(config.src[0], Slice("P009", 0))[1]
    long.write_text(long.read_text() + " " * 4096)
    run(config)
    rebuilt = run(config, label_bytes=4096, value_bytes=64)
    assert rebuilt.read > 0
    assert rebuilt.info.reasons["TOO_LARGE"] == 1
    fresh = replace(config, out=tmp_path / "new", private=tmp_path / "new.private")
    assert run(fresh, label_bytes=4096, value_bytes=64).info == rebuilt.info


def test_bounds_are_no_part_of_pixels_id() -> None:
    assert (
        Recipe(name="a", limits=Limits(side_pixels=512)).pixels_id() == Recipe(name="a").pixels_id()
    )


@pytest.mark.parametrize("part", ["whole", "without-meta"])
def test_a_data_set_without_preamble_is_read_only_when_the_recipe_says_so(
    config: BuildConfig, part: str
) -> None:
    image, _ = write_slice(config.src[0], Slice("P000", 0))
    content = (config.src[0] / image).read_bytes()
    start = 132
    if part == "without-meta":
        start += 12 + int.from_bytes(content[140:144], "little")
    (config.src[0] / image).write_bytes(content[start:])
    assert run(config).info.reasons == {"NOT_DICOM": 1}
    assert run(config, headerless=True).info.states.get("accepted", 0) == 1


def test_noise_is_no_data_set_without_preamble(config: BuildConfig) -> None:
    image, _ = write_slice(config.src[0], Slice("P000", 0))
    (config.src[0] / image).write_bytes(b"no DICOM at all, but long enough to be looked at" * 9)
    assert run(config, headerless=True).info.reasons == {"NOT_DICOM": 1}


@pytest.mark.parametrize("text", ["depth = 0", "side_pixels = 70000", "decode_cpu = 1"])
def test_a_bound_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"limits"):
        parse_recipe(f'name = "a"\n[limits]\n{text}', "mine.toml")


def test_the_page_lists_every_bound_with_its_value() -> None:
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| `")
    ]
    told = {row[0]: row[1] for row in rows}
    settable = {name: str(value).lower() for name, value in LIMITS.model_dump().items()}
    fixed = {
        name: str(getattr(limits, name))
        for name in (
            *("MAX_PATIENT_SLICES", "MAX_FRAMES", "SHARD_SLICES", "DECODER_FRAMES", "YOUNG_FILE_S"),
            "ARCHIVE_DEPTH",
        )
    }
    assert {name: value.replace(",", "") for name, value in told.items()} == settable | fixed
