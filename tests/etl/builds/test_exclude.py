"""`--exclude`: files left out are met, told as ignored and never opened."""

import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from dicom_files import dicom_bytes
from etl.trees import KEY, sound_tree
from hnp_etl.cli import main
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Layout
from hnp_shared.dataset_info import read_info

COPY = "*/backup CANARY"


@pytest.fixture
def src(tmp_path: Path) -> Path:
    """Return a sound tree with a copy of all of it in it, and a FIFO named like an image."""
    src = tmp_path / "src"
    sound_tree(src, patients=2)
    shutil.copytree(src, src / "backup CANARY")
    os.mkfifo(src / "backup CANARY" / "H01.dcm")
    return src


def hnp_etl(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def build(src: Path, out: Path, *options: object) -> Result:
    key = out.parent / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    return hnp_etl(
        *("build-manifest", src, "--out", out, "--key-file", key, "--workers", 1, *options)
    )


def test_what_is_left_out_is_ignored_and_the_rest_is_as_without_it(
    src: Path, tmp_path: Path
) -> None:
    build(src, tmp_path / "out", "--exclude", COPY)
    found = read_info(tmp_path / "out")
    assert found.states == {"accepted": 6, "ignored": 13, "used": 6}
    assert found.reasons == {}
    ledger = pd.read_parquet(tmp_path / "out" / "ledger.parquet")
    ignored = ledger[ledger.state == "ignored"]
    assert ignored.kind.value_counts().to_dict() == {"image": 7, "label": 6}
    assert ignored.reason.isna().all()
    shutil.rmtree(src / "backup CANARY")
    build(src, tmp_path / "alone")
    assert read_info(tmp_path / "alone").dataset_id == found.dataset_id


def test_a_pattern_that_no_path_fits_is_warned_about_by_number(src: Path, tmp_path: Path) -> None:
    idle = ("--exclude", "backup CANARY", "--exclude", COPY, "--exclude", f"{COPY}/*/H01")
    told = "of 3 patterns (layout.exclude, then --exclude) no path fits number 1: "
    for _ in range(2):  # the second finds nothing changed
        found = build(src, tmp_path / "out", *idle).stderr
        assert (found.count(told), found.count("no path fits"), "CANARY" in found) == (1, 1, False)
    assert told in hnp_etl("survey", src, "--workers", 1, *idle).stderr
    assert "no path" not in build(src, tmp_path / "other", "--exclude", COPY).stderr


def test_a_recipe_says_the_same(src: Path, tmp_path: Path) -> None:
    text = hnp_etl("recipes", "aihub-dld").stdout
    recipe = tmp_path / "r.toml"
    recipe.write_text(text.replace("[layout]\n", f'[layout]\nexclude = ["{COPY}"]\n'), "utf-8")
    build(src, tmp_path / "one", "--recipe", recipe)
    build(src, tmp_path / "other", "--exclude", COPY)
    assert read_info(tmp_path / "one").states == read_info(tmp_path / "other").states


def test_a_data_set_tells_digests_of_patterns_and_no_path(src: Path, tmp_path: Path) -> None:
    build(src, tmp_path / "out", "--exclude", COPY)
    content = (tmp_path / "out" / "dataset.json").read_text("utf-8")
    assert "CANARY" not in content
    (digest,) = json.loads(content)["recipe"]["layout"]["exclude"]
    assert len(digest) == 64


def test_without_patterns_a_recipe_is_told_as_before() -> None:
    recipe = load_recipe("aihub-dld")
    assert "exclude" not in recipe.published()["layout"]
    assert Layout.model_validate(recipe.published()["layout"]) == recipe.layout


def test_patterns_from_one_run_do_not_outlive_it(src: Path, tmp_path: Path) -> None:
    shutil.rmtree(src / "backup CANARY")
    build(src, tmp_path / "out", "--exclude", "*P000*")
    assert read_info(tmp_path / "out").states["accepted"] == 3
    build(src, tmp_path / "out")
    assert read_info(tmp_path / "out").states == {"accepted": 6, "used": 6}


def test_a_folder_of_corrections_that_is_left_out_corrects_nothing(
    src: Path, tmp_path: Path
) -> None:
    shutil.rmtree(src / "backup CANARY")
    image = next(src.rglob("*.dcm"))
    patched = Path(str(image).replace("/H01/", "/H01_add/"))
    patched.parent.mkdir(parents=True)
    patched.write_bytes(dicom_bytes())
    build(src, tmp_path / "out", "--exclude", "*/H01_add")
    assert read_info(tmp_path / "out").states == {"accepted": 6, "ignored": 1, "used": 6}


def test_explain_says_that_it_is_left_out(src: Path) -> None:
    image = next((src / "backup CANARY").rglob("*.dcm"))
    label = next((src / "backup CANARY").rglob("*.json"))
    done = hnp_etl("explain", image, label, "--src", src, "--exclude", COPY, "--json")
    for found in json.loads(done.stdout):
        assert (found["state"], found["reason"]) == ("ignored", None)
        assert "--exclude" in found["would_pass_if"]


def test_a_survey_passes_them_over_and_drafts_them(src: Path, tmp_path: Path) -> None:
    draft = tmp_path / "r.toml"
    done = hnp_etl(
        *("survey", src, "--exclude", COPY, "--workers", 1, "--write-recipe", draft, "--json")
    )
    found = json.loads(done.stdout)
    assert (found["files"], found["excluded"]) == (12, 13)
    assert found["refusals"] == []
    assert load_recipe(str(draft)).layout.exclude == (COPY,)
