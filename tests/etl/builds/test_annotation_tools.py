"""Whole builds with labels in exports of annotation tools: pairs, conflicts, ledger and explain."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from etl.builds.test_label_sources import GENERIC, Truth, image, run
from etl.labels.sources import test_coco as coco
from etl.labels.sources import test_cvat as cvat
from etl.labels.sources import test_label_studio as studio
from etl.labels.sources import test_labelme as labelme
from etl.labels.sources import test_via as via
from hnp_etl.cli import main
from hnp_etl.explain.run import explain_files
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe

DISCS = {"a": "L4-5:3", "b": "L5-S1:1", "c": "L3-4:2"}
NAMES = {"a": "D:\\원본\\환자1\\a.png", "b": "환자1/b.dcm", "c": "환자2/a.jpg"}
TRUTH: Truth = {
    "환자1/a.dcm": ("L4-5", "3", True),
    "환자1/b.dcm": ("L5-S1", "1", False),
    "환자2/a.dcm": ("L3-4", "2", True),
}


def of(source: str) -> Recipe:
    label = GENERIC.label.model_copy(update={"source": source})
    return GENERIC.model_copy(update={"label": label})


def written(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def src(tmp_path: Path) -> Path:
    places = ("환자1/a", "환자1/b", "환자2/a", "환자2/none")
    for number, place in enumerate(places):
        image(tmp_path / "src" / f"{place}.dcm", number)
    return tmp_path / "src"


def exported(src: Path, source: str, discs: dict[str, str] = DISCS) -> Path:
    """Write an export that names three images by their paths, the last one without a mark."""
    names = [*((NAMES[key], discs[key]) for key in discs), ("환자2/none.png", "")]
    if source == "coco":
        images: list[Any] = [coco.image(number, name) for number, (name, _) in enumerate(names)]
        marks: list[Any] = [coco.mark(n, 30 + n) for n, (_, disc) in enumerate(names) if disc]
        more = [{"id": 30 + number, "name": disc} for number, (_, disc) in enumerate(names)]
        return written(src / "instances.json", coco.export(images, marks, *more))
    if source == "cvat":
        boxes = [cvat.image(name, *([cvat.box(disc)] if disc else [])) for name, disc in names]
        return written(src / "annotations.xml", cvat.export(*boxes))
    if source == "via":
        files = [via.file(name, *([{"class": disc}] if disc else [])) for name, disc in names]
        return written(src / "via.csv", via.as_csv(*files))
    tasks = [
        studio.task(name, *([studio.answer(studio.region(disc))] if disc else []))
        for name, disc in names
    ]
    return written(src / "tasks.json", tasks)


TOOLS = ["coco", "cvat", "via", "label-studio"]


@pytest.mark.parametrize("source", TOOLS)
def test_an_export_labels_the_images_that_it_names(src: Path, source: str) -> None:
    export = exported(src, source)
    truth, told = run(src.parent, of(source))
    assert truth == TRUTH
    assert (told["환자2/none.dcm"], told[export.name]) == ("NO_LABEL", "used")


PLACES = {"환자1/a": "a", "환자1/b": "b", "환자2/a": "c"}


@pytest.mark.parametrize(
    ("folder", "path"),
    [("", "{}.png"), ("", "{}.dcm"), ("json", "{}.png"), ("json", "..\\..\\png\\{}\\{}.png")],
)
def test_labelme_files_lie_beside_their_images_or_in_folders_of_their_own(
    src: Path, folder: str, path: str
) -> None:
    for place, key in PLACES.items():
        parts = place.split("/")
        named = path.format(*parts) if path.count("{}") > 1 else path.format(parts[1])
        found = labelme.export(labelme.shape(DISCS[key]), path=named)
        written(src / folder / f"{place}.json", found)
    written(src / folder / "환자2" / "none.json", labelme.export(path="none.png"))
    truth, told = run(src.parent, of("labelme"))
    assert truth == TRUTH
    used = {name: told[name] for name in told if name.endswith(".json")}
    assert used.pop((Path(folder) / "환자2" / "none.json").as_posix()) == "NO_IMAGE"
    assert set(used.values()) == {"used"}


def test_labelme_files_in_one_folder_find_images_by_their_names_where_only_one_has_it(
    src: Path,
) -> None:
    for name in ("a", "b"):
        found = labelme.export(labelme.shape(DISCS[name]), path=f"{name}.png")
        written(src / "annotations" / f"{name}.json", found)
    truth, told = run(src.parent, of("labelme"))
    assert truth == {"환자1/b.dcm": ("L5-S1", "1", False)}
    assert told["환자1/a.dcm"] == told["환자2/a.dcm"] == "NO_LABEL"


def test_two_exports_that_disagree_refuse_the_image_and_say_so(src: Path) -> None:
    exported(src, "coco")
    second = coco.export([coco.image(1, "환자1/a.dcm")], [coco.mark(1, 2)])
    written(src / "second.json", second)
    truth, told = run(src.parent, of("coco"))
    assert truth == {path: TRUTH[path] for path in ("환자1/b.dcm", "환자2/a.dcm")}
    assert told["환자1/a.dcm"] == "LABEL_REJECTED"
    assert (told["instances.json"], told["second.json"]) == ("used", "FIELD_CONFLICT")


@pytest.mark.parametrize("source", [*TOOLS, "labelme"])
def test_a_bad_file_costs_itself(src: Path, source: str) -> None:
    if source == "labelme":
        written(src / "환자1" / "a.json", labelme.export(labelme.shape("L4-5:3"), path="a.png"))
    else:
        exported(src, source, {"a": "L4-5:3"})
    suffix = {"cvat": "xml", "via": "csv"}.get(source, "json")
    written(src / f"bad.{suffix}", "<a" if source == "cvat" else "{")
    truth, told = run(src.parent, of(source))
    assert set(truth) == {"환자1/a.dcm"}
    assert told[f"bad.{suffix}"] == ("BAD_VALUE" if source == "cvat" else "BAD_JSON")


def test_explain_tells_what_a_build_does_and_why_a_mark_is_refused(src: Path) -> None:
    discs = {**DISCS, "b": "L4-5:3"}
    export = exported(src, "cvat", discs)
    text = export.read_text("utf-8").replace("</image>", cvat.box("L4-5:1") + "</image>", 1)
    export.write_text(text, "utf-8")
    paths = [src / "환자1" / "a.dcm", src / "환자1" / "b.dcm", src / "환자2" / "none.dcm", export]
    found = explain_files(list(map(str, paths)), [src], of("cvat"))
    assert [each.reason for each in found] == ["LABEL_REJECTED", None, "NO_LABEL", None]
    assert (found[1].level, found[1].label) == (3, str(export))
    done = CliRunner().invoke(
        main,
        ["explain", str(export), "--src", str(src), "--recipe", str(recipe_file(src, "cvat"))],
    )
    assert "image 1 tells two codes that disagree of one disc" in done.output


def recipe_file(src: Path, source: str) -> Path:
    text = CliRunner().invoke(main, ["recipes", "generic"]).output
    path = src.parent / f"{source}.toml"
    path.write_text(text.replace('source = "table"', f'source = "{source}"'), "utf-8")
    return path


@pytest.mark.parametrize("source", [*TOOLS, "labelme"])
def test_a_survey_drafts_the_recipe_of_an_export(src: Path, source: str) -> None:
    for place, key in PLACES.items():
        if source == "labelme":
            found = labelme.export(labelme.shape(DISCS[key]), path=f"{place[-1]}.png")
            written(src / f"{place}.json", found)
    if source != "labelme":
        exported(src, source)
    draft = src.parent / "draft.toml"
    done = CliRunner().invoke(main, ["survey", str(src), "--write-recipe", str(draft)])
    assert done.exit_code == 0, done.output
    recipe = load_recipe(str(draft))
    assert recipe.label.source == source
    truth, _ = run(src.parent, recipe)
    assert {path: said[:2] for path, said in truth.items()} == {
        path: said[:2] for path, said in TRUTH.items()
    }


def test_a_survey_finds_attributes_of_level_and_grade_by_what_they_hold(src: Path) -> None:
    marks = '<tag label="finding"><attribute name="disc segment">{}</attribute>' + (
        '<attribute name="herniation grade">{}</attribute></tag>'
    )
    images = (cvat.image(NAMES[key], marks.format(*disc.split(":"))) for key, disc in DISCS.items())
    written(src / "annotations.xml", cvat.export(*images))
    draft = src.parent / "draft.toml"
    done = CliRunner().invoke(main, ["survey", str(src), "--write-recipe", str(draft)])
    assert done.exit_code == 0, done.output
    table = load_recipe(str(draft)).label.table
    assert (table.level, table.code) == (("disc segment",), ("herniation grade",))
    assert run(src.parent, load_recipe(str(draft)))[0].keys() == TRUTH.keys()


def test_outlines_without_codes_are_no_labels_to_a_survey(src: Path) -> None:
    exported(src, "coco", {"a": "disc", "b": "sac"})
    draft = src.parent / "draft.toml"
    done = CliRunner().invoke(main, ["survey", str(src), "--write-recipe", str(draft)])
    assert done.exit_code == 0, done.output
    assert load_recipe(str(draft)).label.source == "json"
