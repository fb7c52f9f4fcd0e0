"""The report of models in a browser: its numbers are those of the files, wherever the slider is."""

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

from browser.chromium import chromium, console, opened, text, violations, wait
from model.dossier.test_beside import SUSPECTS, audited, explained
from model.synthetic import Plan, write_dataset

pytestmark = pytest.mark.browser
BIN = Path(sys.executable).parent
UNIT_OF = {"slice": "slice", "disc": "level", "patient": "patient"}
Browser = Any


def program(*arguments: object) -> str:
    done = subprocess.run(
        [BIN / "hnp-train", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two runs on 100 patients, and reports in both languages."""
    folder = tmp_path_factory.mktemp("models")
    data = write_dataset(folder / "data", Plan(patients=100, levels=3, positive_share=0.3))
    program("split", data, "-o", folder / "split.csv", "--ratios", "4:2:4")
    for name, model in (("net", ("compact", "--epochs", 2)), ("base", ("tabular-logistic",))):
        fit = ("fit", data, "--split", folder / "split.csv", "--out", folder / name, "--model")
        program(*fit, *model)
        program("evaluate", folder / name, data, "--split", folder / "split.csv")
    about = metrics(folder, "net")["about"]
    (folder / "audit.json").write_text(json.dumps(audited(dataset_id=about["dataset_id"])))
    (folder / "suspects.csv").write_text(SUSPECTS)
    weights = json.loads((folder / "net" / "metrics.json").read_text("utf-8"))["weights_sha256"]
    maps = explained(folder / "explained", folder / "net", weights)
    beside = ("--audit", folder / "audit.json", "--suspects", folder / "suspects.csv")
    for name, language, others in (("en", "en", ()), ("ko", "ko", (folder / "base",))):
        page = ("-o", folder / f"{name}.html", "--lang", language, "--explained", maps, *beside)
        program("report", folder / "net", *others, *page)
    (folder / "downloads").mkdir()
    return folder


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    with chromium(folder / "downloads") as found:
        yield found


@pytest.fixture
def page(folder: Path, browser: Browser) -> Browser:
    opened(browser, folder / "en.html")
    return browser


def metrics(folder: Path, run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / run / "metrics.json").read_text("utf-8"))
    told: dict[str, Any] = found["test"]
    return told


def cells(page: Browser, figure: str) -> list[list[str]]:
    """Return the cells of a figure's table, as they stand."""
    found: list[list[str]] = page.execute_script(
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].map((row) => "
        "[...row.children].map((cell) => cell.textContent));",
        figure,
    )
    return found


def move(page: Browser, place: int) -> None:
    """Move the slider, as keys and the mouse do."""
    page.execute_script(
        "const slider = document.getElementById('threshold'); slider.value = arguments[0];"
        "slider.dispatchEvent(new Event('input'));",
        place,
    )


def choose(page: Browser, unit: str) -> None:
    page.find_element("css selector", f'input[name="unit"][value="{unit}"]').click()


def counts(page: Browser) -> list[int]:
    """Return who is found, missed, alarmed and let pass, as the page has counted."""
    ill, well = (row[1:3] for row in cells(page, "confusion")[:2])
    return [int(each.replace(",", "")) for each in (*ill, *well)]


@pytest.mark.parametrize("unit", ["level", "patient"])
def test_at_the_threshold_of_the_run_the_page_counts_as_the_files_do(
    page: Browser, folder: Path, unit: str
) -> None:
    choose(page, unit)
    told = metrics(folder, "net")
    table = told["decisions"][unit]["two_by_two"]
    names = ("found", "missed", "alarms", "passed")
    assert counts(page) == [table[name] for name in names]
    shares = {row[1]: row[2:] for row in cells(page, "shares")}
    for name in ("sensitivity", "specificity", "ppv", "npv", "accuracy", "f1"):
        figure = told[unit][name]
        ends = ("value", "low", "high") if name not in ("accuracy", "f1") else ("value",)
        for end, shown in zip(ends, shares[name], strict=False):
            assert float(shown) == pytest.approx(figure[end], rel=1e-3), (name, end)
    assert console(page) == []


def test_wherever_the_slider_is_the_page_counts_the_predictions(
    page: Browser, folder: Path
) -> None:
    choose(page, "slice")
    said = pd.read_parquet(folder / "net" / "predictions.parquet").query("part == 'test'")
    truth = said.is_patient.to_numpy(bool)
    last = int(page.find_element("id", "threshold").get_attribute("max"))
    assert last > 50
    for place in (0, last // 3, last):
        move(page, place)
        threshold = page.execute_script(
            "const told = JSON.parse(document.getElementById('content').textContent);"
            "return told.runs[0].counts.slice.rows[arguments[0]][0];",
            place,
        )
        called = said.probability.to_numpy() >= threshold
        sides = (called & truth, ~called & truth, called & ~truth, ~called & ~truth)
        assert counts(page) == [int(np.count_nonzero(side)) for side in sides]
        assert text(page, "threshold-value") == f"{threshold:.4f}"
        assert text(page, "threshold-says").startswith(f"From {threshold:.3f} on: ")
    page.find_element("css selector", '[data-to="half"]').click()
    assert text(page, "threshold-value") == "0.5000"
    move(page, 0)
    page.find_element("id", "threshold").send_keys("\ue014")  # an arrow key moves it on by one
    assert page.find_element("id", "threshold").get_attribute("value") == "1"


@pytest.mark.parametrize("unit", ["slice", "level", "patient"])
def test_all_figures_are_those_of_the_files_by_each_unit(
    page: Browser, folder: Path, unit: str
) -> None:
    choose(page, unit)
    figures = metrics(folder, "net")[unit]
    shown = {row[1]: row[2:] for row in cells(page, "figures")}
    for name in ("auc", "average_precision", "brier", "calibration_slope", "accuracy_05"):
        told = [figures[name][end] for end in ("value", "low", "high")]
        found = [None if each == "–" else float(each) for each in shown[name]]
        for seen, figure in zip(found, told, strict=True):
            assert (seen is None) == (figure is None), name
            assert figure is None or seen == pytest.approx(figure, rel=1e-3), name
    assert page.find_element("css selector", "#roc svg polyline").is_displayed()


def test_the_data_of_a_figure_leave_as_a_file_whole(page: Browser, folder: Path) -> None:
    page.find_element("css selector", "#precision-recall figcaption button").click()
    file = folder / "downloads" / "precision-recall.csv"
    wait(file.exists, "the download")
    with file.open(encoding="utf-8-sig", newline="") as content:
        rows = list(csv.DictReader(content))
    assert len(rows) == 101  # the table on the page shows the first of them
    assert len(cells(page, "precision-recall")) == 40
    assert all(float(row["low"]) <= float(row["high"]) for row in rows)


def test_what_was_given_stands_on_the_page(page: Browser) -> None:
    assert [row[0] for row in cells(page, "suspects-of-audit")][1:] == ["border"]
    assert [row[1] for row in cells(page, "suspects")] == ["L4-5", "L5-S1"]
    assert len(page.find_elements("css selector", ".cases img")) == 6
    assert len(cells(page, "checklist-tripod-ai")) == 52
    broken = (
        "return [...document.querySelectorAll('.cases img')]"
        ".filter((one) => !one.complete || !one.naturalWidth).length"
    )
    wait(lambda: page.execute_script(broken) == 0, "the pictures")


def test_a_table_is_sorted_by_keyboard(page: Browser) -> None:
    page.find_element("css selector", "#checklist-claim-2024 th:nth-child(3) button").send_keys(
        "\ue007"
    )
    states = [row[2] for row in cells(page, "checklist-claim-2024")]
    assert states == sorted(states)


def test_two_models_in_korean_stand_side_by_side(browser: Browser, folder: Path) -> None:
    opened(browser, folder / "ko.html")
    assert "모델 보고서" in browser.title
    assert "요약" in text(browser, "short-head")
    assert len(browser.find_elements("css selector", "article")) == 2
    assert len(browser.find_elements("css selector", "#roc svg polyline")) == 2
    browser.find_element("css selector", 'input[name="run"][value="1"]').click()
    assert len(browser.find_elements("css selector", "#roc svg polyline")) == 1
    told = json.loads(
        browser.execute_script("return document.getElementById('content').textContent")
    )
    first = told["compared"][0]["differences"]["level"]["auc"]["difference"]["value"]
    shown = [row for row in cells(browser, "differences") if row[2] == "auc"][1]
    assert float(shown[5]) == pytest.approx(first, rel=1e-3)
    assert console(browser) == []


def test_the_page_has_no_finding_of_axe_in_light_or_dark_and_fits_a_phone(page: Browser) -> None:
    assert [*violations(page, "light"), *violations(page, "dark")] == []
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.refresh()
    wait(lambda: page.execute_script("return document.body.dataset.ready"), "the page")
    assert page.execute_script("return document.documentElement.scrollWidth") == 390
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
