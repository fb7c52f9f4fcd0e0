"""`hnp-train review` and `teach`: one file that names nobody and loads nothing."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hnp_shared.dataset import open_dataset
from model.conftest import invoke
from model.pages.test_pictures import unpacked
from model.synthetic import Plan, write_dataset


def content(page: Path) -> Any:
    found = re.search(r'id="content">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_a_page_needs_no_model_and_the_same_command_gives_the_same_bytes(
    small: Path, tmp_path: Path
) -> None:
    for name in ("one.html", "two.html"):
        done = invoke("review", small, "-o", tmp_path / name, "--limit", 5)
        assert done.exit_code == 0, done.output
        assert "5 slices in the order random" in done.output
        assert "43 more in that order (--limit)" in done.output
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()
    assert len(content(tmp_path / "one.html")["items"]) == 5


def test_a_page_names_slices_and_nothing_else_of_anybody(small: Path, tmp_path: Path) -> None:
    invoke("review", small, "-o", tmp_path / "page.html")
    page = re.sub(r'"data":"[^"]+"', "", (tmp_path / "page.html").read_text("utf-8"))  # pixels
    rows = open_dataset(small).manifest_table().to_pandas()
    for column in ("patient_id", "study_id", "series_id", "hospital", "pixel_sha256"):
        assert not any(value in page for value in rows[column].unique()), column
    told = set().union(*content(tmp_path / "page.html")["items"])
    assert told == {
        *("id", "level", "code", "positive", "probability", "rank", "aspect", "map", "stack")
    }


def test_a_page_loads_nothing_and_lets_no_script_in_but_its_own(
    small: Path, tmp_path: Path
) -> None:
    invoke("teach", small, "-o", tmp_path / "quiz.html", "--limit", 2)
    page = (tmp_path / "quiz.html").read_text("utf-8")
    assert not re.search(r"(?:src|href)\s*=\s*[\"'](?!data:)|https?://|//cdn", page)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


def test_a_code_that_looks_like_html_stays_text(tmp_path: Path) -> None:
    nasty = "</script><img src=x onerror=alert(1)>"
    data = write_dataset(
        tmp_path / "data", Plan(4, codes=(("1", "normal"), ("2", "patient"), (nasty, "patient")))
    )
    invoke("review", data, "-o", tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert content(tmp_path / "page.html")["codes"][2]["code"] == nasty


def test_with_a_run_misses_come_with_what_the_model_says(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    done = invoke("review", run, dataset, "-o", tmp_path / "page.html", "--order", "misses")
    assert done.exit_code == 0, done.output
    found = content(tmp_path / "page.html")
    line = found["threshold"]
    assert all((each["probability"] >= line) != each["positive"] for each in found["items"])
    known = set(pd.read_parquet(run / "predictions.parquet").slice_id)
    assert {each["id"] for each in found["items"]} <= known


def test_predictions_come_from_a_table_of_predict_too_whatever_its_kind(
    run: Path, dataset: Path, tmp_path: Path
) -> None:
    said = pd.read_parquet(run / "predictions.parquet").head(3)
    said.to_parquet(tmp_path / "said.parquet")
    said.to_csv(tmp_path / "said.csv", index=False)
    for name in ("said.parquet", "said.csv"):
        page = tmp_path / f"{name}.html"
        done = invoke("review", run, dataset, "-o", page, "--predictions", tmp_path / name)
        assert done.exit_code == 0, done.output
        assert {each["id"] for each in content(page)["items"]} == set(said.slice_id)
    (tmp_path / "no.parquet").write_bytes(b"PAR1")
    page = tmp_path / "no.html"
    done = invoke("review", run, dataset, "-o", page, "--predictions", tmp_path / "no.parquet")
    assert (done.exit_code, "no table of predictions" in done.output) == (65, True)


def test_stored_whole_numbers_are_the_same_picture(tmp_path: Path) -> None:
    seen = []
    for name, uint16 in (("one", False), ("two", True)):
        data = write_dataset(tmp_path / name, Plan(2, uint16=uint16))
        invoke("review", data, "-o", tmp_path / f"{name}.html", "--order", "disc")
        pictures = content(tmp_path / f"{name}.html")["pictures"]
        seen.append([unpacked(pictures[each]["data"], 32, 32) for each in sorted(pictures)])
    assert np.abs(np.subtract(*np.array(seen, np.int64))).max() <= 1  # rounded twice


def test_maps_are_inside_the_page_and_may_lack(small: Path, tmp_path: Path) -> None:
    rows = open_dataset(small).manifest_table().to_pandas()
    maps = tmp_path / "maps" / "slices"
    maps.mkdir(parents=True)
    (maps / f"{rows.slice_id[0]}.png").write_bytes(b"\x89PNG\r\n\x1a\nmap")
    done = invoke("teach", small, "-o", tmp_path / "quiz.html", "--maps", tmp_path / "maps")
    assert "maps of 1 of them; the others are shown without" in done.stdout
    shown = {each["id"]: each["map"] for each in content(tmp_path / "quiz.html")["items"]}
    assert [one for one, seen in shown.items() if seen] == [rows.slice_id[0]]
    (maps / f"{rows.slice_id[1]}.png").write_bytes(b"GIF89a")
    done = invoke("teach", small, "-o", tmp_path / "other.html", "--maps", tmp_path / "maps")
    assert (done.exit_code, "is no PNG" in done.output) == (65, True)
    about = {"about": {"dataset_id": "0123456789abcdef"}}
    (tmp_path / "maps" / "explain.json").write_text(json.dumps(about))
    for folder, said in (("maps", "the maps are of data set 0123"), ("", "found no map in --maps")):
        page = tmp_path / "no.html"
        done = invoke("teach", small, "-o", page, "--maps", tmp_path / folder)
        assert (done.exit_code, said in done.output) == (65, True), done.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--order", "misses"), 65, "without a RUN"),
        (("--order", "suspects"), 2, "expected --suspects"),
        (("--predictions", __file__), 2, "expected RUN before OUT"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(
    small: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = invoke("review", small, "-o", tmp_path / "page.html", *arguments)
    assert (done.exit_code, said in done.output) == (code, True)
    assert not (tmp_path / "page.html").exists()


def test_a_list_of_suspects_that_is_none_is_refused_by_its_line(
    small: Path, tmp_path: Path
) -> None:
    file = tmp_path / "suspects.csv"
    for text, said in (
        ("patient_id,part\nx,val\n", "is no list of suspects"),
        ("rank,slice_id,probability\n1,abc,high\n", "line 2: expected a slice_id, a rank"),
        ("rank,slice_id,probability\n1,abc,0.5\n", "found no slice of the data set"),
    ):
        file.write_text(text)
        done = invoke("review", small, "-o", tmp_path / "page.html", "--suspects", file)
        assert (done.exit_code, said in done.output) == (65, True), done.output


def test_a_quiz_on_unlabelled_slices_is_refused_and_a_review_of_them_is_not(
    tmp_path: Path,
) -> None:
    data = write_dataset(tmp_path / "data", Plan(4, labelled=False))
    assert invoke("teach", data, "-o", tmp_path / "quiz.html").exit_code == 65
    assert invoke("review", data, "-o", tmp_path / "page.html").exit_code == 0
    assert all(each["code"] is None for each in content(tmp_path / "page.html")["items"])


def test_a_page_is_not_written_over_nor_into_a_data_set(small: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    assert invoke("review", small, "-o", page).exit_code == 73
    assert invoke("review", small, "-o", small / "page.html").exit_code == 73
    assert page.read_text() == "mine"
    assert invoke("review", small, "-o", page, "--force").exit_code == 0
