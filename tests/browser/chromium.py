"""Chromium as a reader uses it: a page is opened from the disk, with keys and the mouse."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.chrome.webdriver import WebDriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

_WAIT_S = 30.0
_SCRIPT_WAIT_S = 120.0
"""axe-core takes its time over a page of many tables."""

_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")


@contextmanager
def chromium(downloads: Path, *flags: str) -> Iterator[WebDriver]:
    """Start Chromium without a network; skips, and says why, where there is none."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        pytest.skip("found no chromium and chromedriver, expected both: pages were not driven")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, "--proxy-server=127.0.0.1:9", "--window-size=1280,1000", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.set_script_timeout(_SCRIPT_WAIT_S)
    try:
        yield browser
    finally:
        browser.quit()


def opened(browser: WebDriver, page: Path) -> None:
    """Open a page from the disk, as a double click does, and wait for its first picture."""
    browser.get(page.absolute().as_uri())
    ready(browser)


def ready(browser: WebDriver) -> None:
    """Wait until the page has drawn its picture."""
    wait(lambda: browser.execute_script("return document.body.dataset.ready"), "the picture")


def press(browser: WebDriver, *keys: str) -> None:
    """Press keys, one after the other, wherever the focus is."""
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def text(browser: WebDriver, name: str) -> str:
    """Return the text of an element of the page, by its id."""
    return str(browser.find_element(By.ID, name).text)


def wait(found: Any, what: str) -> Any:
    """Return what ``found`` gives as soon as it gives something."""
    end = time.monotonic() + _WAIT_S
    while not (value := found()):
        assert time.monotonic() < end, f"waited {_WAIT_S:.0f} s for {what}"
        time.sleep(0.05)
    return value


def console(browser: WebDriver) -> list[str]:
    """Return the errors of the page; what its policy refuses is one."""
    found = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [each["message"] for each in found if each["level"] == "SEVERE"]


def violations(browser: WebDriver, scheme: str) -> Sequence[str]:
    """Return the rules of axe-core that the page breaks, in a light or a dark scheme."""
    axe = resources.files(pytest.importorskip("axe_core_python", reason="no axe-core"))
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    browser.execute_script((axe / "axe.min.js").read_text("utf-8"))
    found: Sequence[str] = browser.execute_async_script(
        "const done = arguments[0];"
        "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
        "axe.run().then((found) => done(found.violations.map((one) => "
        "`${one.id} (${one.impact}): ${one.nodes[0].html}`)));"
    )
    return found
