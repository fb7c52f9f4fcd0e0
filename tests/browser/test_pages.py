"""Pages for readers in a browser: what is said on them survives, leaves as a file, and returns."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from browser.chromium import chromium, console, opened, press, ready, text, violations, wait
from hnp_model.measures.sureness import wilson
from hnp_model.pages.pictures import STEPS
from hnp_shared.dataset import open_dataset

pytestmark = pytest.mark.browser
BIN = Path(sys.executable).parent
ENTER, RIGHT, UP, ESCAPE = "\ue007", "\ue014", "\ue013", "\ue00c"
Browser = Any


def program(name: str, *arguments: object, expected: int = 0) -> str:
    done = subprocess.run(
        [BIN / name, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a phantom of 12 patients and its data set."""
    folder = tmp_path_factory.mktemp("readers")
    program("hnp-etl", "phantom", folder / "src", "--patients", 12, "--matrix", 96)
    program("hnp-etl", "build-manifest", folder / "src", "--out", folder / "data", "--workers", 1)
    (folder / "downloads").mkdir()
    return folder


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    with chromium(folder / "downloads") as found:
        yield found


def manifest(folder: Path, name: str = "data") -> pd.DataFrame:
    return pd.read_parquet(folder / name / "manifest.parquet").set_index("slice_id", drop=False)


def content(browser: Browser) -> Any:
    return json.loads(
        browser.execute_script("return document.getElementById('content').textContent")
    )


def is_warned(browser: Browser) -> bool:
    """Tell whether who leaves now is warned."""
    return bool(
        browser.execute_script(
            "const leaving = new Event('beforeunload', {cancelable: true});"
            "return !window.dispatchEvent(leaving);"
        )
    )


def suspected(folder: Path) -> pd.DataFrame:
    """Return the labels that folds doubt, the first suspect first, as suspects.csv has them."""
    data, split, folds = (folder / name for name in ("data", "folds.csv", "folds"))
    program("hnp-train", "split", data, "-o", split, "--scheme", "kfold", "--folds", 3)
    program(
        *("hnp-train", "crossval", data, "--split", split, "--out", folds),
        *("--model", "tabular-logistic"),
    )
    program("hnp-train", "suspects", folds, data, "-o", folder / "suspects.csv")
    return pd.read_csv(folder / "suspects.csv")


def downloaded(folder: Path) -> Path:
    found = folder / "downloads" / "corrections.csv"
    wait(found.exists, "the download")
    return found


def test_what_a_reader_says_of_suspects_comes_back_as_corrections_and_nothing_else_changes(
    folder: Path, browser: Browser
) -> None:
    before = manifest(folder)
    suspects = suspected(folder)
    ranks = suspects["rank"].tolist()[:5]
    page = folder / "review.html"
    program(
        *("hnp-train", "review", folder / "data", "--suspects", folder / "suspects.csv"),
        *("--limit", 5, "-o", page),
    )
    opened(browser, page)
    assert text(browser, "where") == f"Slice 1 of 5, suspect {ranks[0]}"
    picked = [each["id"] for each in content(browser)["items"]]
    assert suspects.set_index("slice_id").loc[picked, "rank"].tolist() == ranks
    codes = [each["code"] for each in content(browser)["codes"]]
    said = [next(code for code in codes if code != before.loc[each].label_code) for each in picked]
    # a remark that a spreadsheet would take for a formula; another code for the first two
    press(browser, str(codes.index(said[0]) + 1), "n", *"=1+1", ESCAPE, ENTER)
    press(browser, str(codes.index(said[1]) + 1), ENTER)
    press(browser, ENTER)  # the third is confirmed
    press(browser, "u", ENTER)  # taken back, and confirmed again
    press(browser, "x", "n", *"too dark", ESCAPE, ENTER)  # of the fourth a reader cannot tell
    assert text(browser, "count") == "4 of 5 read"
    browser.refresh()
    ready(browser)
    assert text(browser, "count") == "4 of 5 read"
    assert text(browser, "where") == f"Slice 5 of 5, suspect {ranks[4]}"
    assert is_warned(browser)
    press(browser, "d")
    assert "Say who reads" in text(browser, "kept")
    press(browser, *"AB", ESCAPE, "d")
    file = downloaded(folder)
    assert "in the file that you downloaded" in text(browser, "kept")
    assert not is_warned(browser)
    with file.open(encoding="utf-8", newline="") as opened_file:
        found = list(csv.DictReader(opened_file))
    assert [row["slice_id"] for row in found if row["field"] == "label_code"] == picked[:4]
    assert {row["reader"] for row in found} == {"AB"}
    assert found[1]["note"] == "'=1+1"
    assert found[-1]["new"] == ""
    assert found[-1]["note"] == "cannot tell: too dark"
    assert console(browser) == []

    told = program(
        *("hnp-etl", "build-manifest", folder / "src", "--out", folder / "new", "--workers", 1),
        *("--private", folder / "new.private", "--key-file", folder / "data.private" / "key"),
        *("--corrections", file),
    )
    assert "2 changes, 4 confirmed, 1 that a reader cannot tell" in told
    differences = json.loads(program("hnp-etl", "diff", folder / "data", folder / "new", "--json"))[
        "rows"
    ]
    assert {row["slice_id"] for row in differences} == set(picked[:2])
    assert {(row["change"], row["cause"]) for row in differences} == {("changed", "correction")}
    assert manifest(folder, "new").loc[picked[:2], "label_code"].tolist() == said[:2]
    split = folder / "split.csv"
    program("hnp-train", "split", folder / "new", "-o", split)
    program(
        *("hnp-train", "fit", folder / "new", "--split", split, "--out", folder / "run"),
        *("--model", "compact", "--epochs", 1, "--batch-size", 16),
    )
    assert (folder / "run" / "model.safetensors").exists()


def test_a_page_shows_the_stored_pixels_and_its_window_has_steps(
    folder: Path, browser: Browser
) -> None:
    page = folder / "random.html"
    program("hnp-train", "review", folder / "data", "-o", page, "--limit", 3)
    opened(browser, page)
    item = content(browser)["items"][0]
    rows = manifest(folder).reset_index(drop=True)
    stored = open_dataset(folder / "data").images(rows[rows.slice_id == item["id"]])[0]
    seen = browser.execute_async_script(
        """const done = arguments[1], packed = JSON.parse(document.getElementById('content')
        .textContent).pictures[arguments[0]];
        const bytes = Uint8Array.from(atob(packed.data), (one) => one.charCodeAt(0));
        new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')))
        .arrayBuffer().then((all) => { const planes = new Uint8Array(all), n = planes.length / 2;
        let value = 0; done(Array.from({length: n}, (_, i) =>
        value = (value + planes[i] + (planes[n + i] << 8)) & 0xffff)); });""",
        item["id"],
    )
    assert np.abs(np.array(seen) / STEPS - stored.ravel()).max() <= 0.5 / STEPS + 1e-6
    drawn = (
        "const all = document.getElementById('picture').getContext('2d')"
        ".getImageData(0, 0, 600, 600).data; return new Set(all.filter((_, i) => i % 4 === 0)).size"
    )
    press(browser, *"[" * 14)  # a window of 30 %
    wait(lambda: text(browser, "window-value") == "30 %", "the window")
    assert browser.execute_script(drawn) > 200
    press(browser, UP)
    assert "neighbour at" in text(browser, "offset")
    assert console(browser) == []


def test_a_quiz_hides_the_answer_and_scores_by_level_with_an_interval(
    folder: Path, browser: Browser
) -> None:
    page = folder / "quiz.html"
    program("hnp-train", "teach", folder / "data", "-o", page, "--limit", 6, "--seed", 3)
    opened(browser, page)
    items, codes = content(browser)["items"], content(browser)["codes"]
    healthy = next(place for place, code in enumerate(codes, 1) if code["means"] == "normal")
    for item in items:
        assert "code" not in text(browser, "label-says")
        press(browser, f"{healthy}", ENTER)
        assert text(browser, "told").startswith("Not right." if item["positive"] else "Right.")
        assert f"code {item['code']}" in text(browser, "told")
        press(browser, ENTER)
    right = sum(not item["positive"] for item in items)
    low, high = wilson(right / 6, 6, 1.959963984540054)
    assert f"all discs {right} 6 {right / 6:.2f} {low:.2f} to {high:.2f}" in text(browser, "score")
    for level in {item["level"] for item in items}:
        assert f"\n{level} " in text(browser, "score")
    assert console(browser) == []


def test_a_blind_page_says_nothing_before_the_answer(folder: Path, browser: Browser) -> None:
    page = folder / "blind.html"
    program("hnp-train", "review", folder / "data", "-o", page, "--limit", 2, "--blind")
    opened(browser, page)
    item = content(browser)["items"][0]
    assert browser.find_elements("css selector", "#form input:checked") == []
    assert "after your answer" in text(browser, "label-says")
    press(browser, ENTER)
    assert "Choose a level and a code" in text(browser, "told")
    press(browser, "q", "1", ENTER)
    assert (
        text(browser, "label-says") == f"The data set says: {item['level']}, code {item['code']}."
    )
    press(browser, ENTER)
    assert text(browser, "where") == "Slice 2 of 2"


def test_a_page_works_without_storage_and_says_so(folder: Path, tmp_path: Path) -> None:
    page = folder / "stored.html"
    program("hnp-train", "review", folder / "data", "-o", page, "--limit", 2)
    with chromium(tmp_path, "--disable-local-storage") as without:
        opened(without, page)
        assert "keeps nothing for this page" in text(without, "warning")
        press(without, ENTER)
        assert text(without, "count") == "1 of 2 read"


@pytest.mark.parametrize("kind", ["review", "teach"])
def test_a_page_has_no_finding_of_axe_in_light_or_dark_and_fits_a_phone(
    folder: Path, browser: Browser, kind: str
) -> None:
    page = folder / f"axe-{kind}.html"
    program("hnp-train", kind, folder / "data", "-o", page, "--limit", 2)
    opened(browser, page)
    press(browser, "1", ENTER)
    assert [*violations(browser, "light"), *violations(browser, "dark")] == []
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    assert browser.execute_script("return document.documentElement.scrollWidth") == 390
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
