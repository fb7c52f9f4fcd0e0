"""The report of a data set in a browser: its numbers are those of the files, whatever is chosen."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from browser.chromium import chromium, console, opened, text, violations, wait
from hnp_etl.report.wording import wording
from hnp_etl.report.writing import render

pytestmark = pytest.mark.browser
_OWNERS = ("patients", "studies")
BIN = Path(sys.executable).parent
Browser = Any


def program(*arguments: object) -> str:
    done = subprocess.run(
        [BIN / "hnp-etl", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a phantom of 12 patients, its data set and the report of it."""
    folder = tmp_path_factory.mktemp("report")
    program("phantom", folder / "src", "--patients", 12, "--matrix", 64)
    build = ("build-manifest", folder / "src", "--workers", 1, "--out")
    program(*build, folder / "data")
    key = folder / "data.private" / "key"
    program(*build, folder / "less", "--key-file", key, "--exclude", "*H03*")
    program("report", folder / "data", "--against", folder / "less", "-o", folder / "report.html")
    (folder / "downloads").mkdir()
    return folder


@pytest.fixture(scope="module")
def browser(folder: Path) -> Iterator[Browser]:
    with chromium(folder / "downloads") as found:
        yield found


@pytest.fixture
def page(folder: Path, browser: Browser) -> Browser:
    opened(browser, folder / "report.html")
    return browser


def manifest(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / "data" / "manifest.parquet").to_pylist()
    return found


def card(page: Browser, name: str) -> int:
    shown = page.find_element("css selector", f'[data-count="{name}"]').text
    return int(shown.replace(",", ""))


def take_out(page: Browser, *names: str) -> None:
    for name in names:
        page.find_element("css selector", f'#filter input[value="{name}"]').click()


def shown(page: Browser, figure: str) -> list[list[str]]:
    """Return the cells of a figure's table, as they stand."""
    script = (
        "return [...document.querySelectorAll(`#${arguments[0]} tbody tr`)].map((row) => "
        "[...row.children].map((cell) => cell.textContent));"
    )
    found: list[list[str]] = page.execute_script(script, figure)
    return found


def test_the_headline_is_that_of_the_files(page: Browser, folder: Path) -> None:
    rows = manifest(folder)
    assert card(page, "slices") == len(rows)
    assert card(page, "patients") == len({row["patient_id"] for row in rows})
    assert card(page, "studies") == len({row["study_id"] for row in rows})
    ill = [row for row in rows if row["is_patient"]]
    assert card(page, "herniated") == len(ill)
    assert card(page, "ill") == len({row["patient_id"] for row in ill})
    files = {
        row[0]: [int(each.replace(",", "")) for each in row[1:]] for row in shown(page, "states")
    }
    assert all(sum(row[:-1]) == row[-1] for row in files.values())
    everything = pq.read_table(folder / "data" / "ledger.parquet").num_rows
    assert files["all"][-1] == everything
    assert console(page) == []


def test_a_choice_is_counted_anew(page: Browser, folder: Path) -> None:
    take_out(page, "H01", "L1-2", "normal")
    rows = [
        row
        for row in manifest(folder)
        if row["hospital"] != "H01" and row["level_name"] != "L1-2" and row["is_patient"]
    ]
    assert card(page, "slices") == len(rows)
    assert card(page, "patients") == len({row["patient_id"] for row in rows})
    assert text(page, "counted").startswith(f"{len(rows)} of ")
    by_disc = {row[0]: row for row in shown(page, "balance-disc")}
    assert "L1-2" not in by_disc
    for disc, row in by_disc.items():
        assert int(row[2]) == sum(each["level_name"] == disc for each in rows)
    assert {row[0] for row in shown(page, "vendor")} == {"H02", "H03", "H04", "H06"}
    captions = page.execute_script(
        "return [...document.querySelectorAll('.pictures img')].map((one) => one.alt)"
    )
    assert captions
    assert not [each for each in captions if "normal" in each or "H01" in each or "L1-2" in each]
    page.find_element("id", "all").click()
    assert card(page, "slices") == len(manifest(folder))
    assert console(page) == []


def test_a_table_is_sorted_by_keyboard_and_leaves_as_a_file(page: Browser, folder: Path) -> None:
    head = page.find_element("css selector", "#reasons th:nth-child(4) button")
    head.send_keys("\ue007")
    counts = [int(row[3].replace(",", "")) for row in shown(page, "reasons")]
    assert counts == sorted(counts)
    cell = page.find_element("css selector", "#reasons th:nth-child(4)")
    assert cell.get_attribute("aria-sort") == "ascending"
    page.find_element("css selector", "#reasons figcaption button").click()
    file = folder / "downloads" / "reasons.csv"
    wait(file.exists, "the download")
    with file.open(encoding="utf-8", newline="") as content:
        rows = list(csv.DictReader(content))
    ledger = pq.read_table(folder / "data" / "ledger.parquet").to_pylist()
    assert sum(int(row["files"]) for row in rows) == sum(
        row["reason"] is not None for row in ledger
    )


def test_what_changed_stands_on_the_page(page: Browser, folder: Path) -> None:
    added = sum(row["hospital"] == "H03" for row in manifest(folder))
    assert sum(int(row[3]) for row in shown(page, "changed-slices") if row[1] == "added") == added


def test_all_pictures_are_drawn(page: Browser) -> None:
    broken = (
        "return [...document.querySelectorAll('.pictures img')]"
        ".filter((one) => !one.complete || !one.naturalWidth).length"
    )
    wait(lambda: page.execute_script(broken) == 0, "the pictures")
    assert page.execute_script("return document.querySelectorAll('.pictures img').length") > 20


def test_the_page_has_no_finding_of_axe_in_light_or_dark_and_fits_a_phone(page: Browser) -> None:
    assert [*violations(page, "light"), *violations(page, "dark")] == []
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    page.refresh()
    wait(lambda: page.execute_script("return document.body.dataset.ready"), "the page")
    assert page.execute_script("return document.documentElement.scrollWidth") == 390
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_is_whole_in_korean(folder: Path, browser: Browser) -> None:
    program("report", folder / "data", "--lang", "ko", "-o", folder / "ko.html", "--force")
    opened(browser, folder / "ko.html")
    assert card(browser, "slices") == len(manifest(folder))
    left = "return document.body.innerText.match(/\\b(undefined|NaN|[{][a-z]+[}])/g)"
    assert browser.execute_script(left) is None
    assert browser.find_element("tag name", "h1").text.endswith("보고서")
    assert violations(browser, "light") == []
    assert console(browser) == []


def test_what_is_not_known_is_said_and_odd_names_stay_text(
    folder: Path, browser: Browser, tmp_path: Path
) -> None:
    """A data set of an earlier version and of one hospital, whose name looks like markup."""
    name = "<img src=x onerror=alert(1)> 병원"
    from_h01 = [row for row in manifest(folder) if row["hospital"] == "H01"]
    opened(browser, folder / "report.html")
    content = json.loads(
        browser.execute_script("return document.getElementById('content').textContent")
    )
    first = {cell: count for cell, count in content["cells"].items() if int(cell) < 18}
    shown_then = [one for one in content["pictures"] if one[0] < 18]
    owners = {who: [one for one in content[who] if max(one[0]) < 18] for who in _OWNERS}
    old: dict[str, Any] = {"flow": {}, "apart": None, "changes": None, "files": []}
    old["identity"] = {name: "study"}
    told = {**content, **old, **owners, "hospitals": [name], "cells": first}
    (tmp_path / "odd.html").write_bytes(render({**told, "pictures": shown_then}, wording("en")))
    opened(browser, tmp_path / "odd.html")
    assert card(browser, "slices") == len(from_h01)
    assert "does not tell its flow" in browser.find_element("id", "main").text
    assert shown(browser, "balance-hospital")[0][0] == name
    for box in browser.find_elements("css selector", "#filter input"):
        box.click()
    assert card(browser, "slices") == card(browser, "patients") == 0
    assert console(browser) == []


def test_the_index_of_contact_sheets_shows_them(folder: Path, browser: Browser) -> None:
    program("contact-sheet", folder / "data", "-o", folder / "sheets", "--each", 2)
    browser.get((folder / "sheets" / "index.html").as_uri())
    script = (
        "const all = [...document.querySelectorAll('img')];"
        "all.forEach((one) => { one.loading = 'eager'; });"
        "return all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 0);"
    )
    wait(lambda: browser.execute_script(script), "the sheets")
    assert [*violations(browser, "light"), *violations(browser, "dark")] == []
    assert console(browser) == []
