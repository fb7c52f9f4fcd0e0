"""The pages hang together: all of them make one site, and no link leads nowhere."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = ("README.md", "README.ko.md", "CONTRIBUTING.md", "SECURITY.md")
"""Pages that are read beside the code; Sphinx looks at those in docs/."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEAD = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchor(head: str) -> str:
    """Return what a heading is called in links."""
    return re.sub(r"[^\w\- ]", "", head.replace("`", "").lower()).strip().replace(" ", "-")


def heads(page: Path) -> set[str]:
    """Return what the headings of a page are called in links."""
    return set(map(anchor, _HEAD.findall(page.read_text("utf-8"))))


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead to no file or no heading; those to the web are left."""
    found = []
    for link in _LINK.findall(page.read_text("utf-8")):
        file, _, head = link.partition("#")
        target = page.parent / file if file else page
        if re.match(r"[a-z]+:", link):
            continue
        if not target.exists() or (head and head not in heads(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("name", OUTSIDE)
def test_links_beside_the_code_lead_somewhere(name: str) -> None:
    assert broken(ROOT / name) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One `b`\n[a](page.md#one-b) [b](#two) [c](no.md) [d](https://e.org/x)\n")
    assert broken(page) == ["#two", "no.md"]


def test_all_pages_make_a_site_without_a_warning(tmp_path: Path) -> None:
    """A page outside of every table of contents and a link to nothing are warnings, too."""
    command = ["-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "docs", "SITE"]
    done = subprocess.run(
        [sys.executable, *command[:-1], tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert pages <= {page.stem for page in tmp_path.glob("*.html")}
    for program, half in (("hnp-etl", "hnp_etl"), ("hnp-train", "hnp_model")):
        shown = (tmp_path / f"{program}.html").read_text("utf-8")
        assert re.findall(r"\.\. [a-z-]+::", shown) == []  # left unread
        assert " --" in shown
        for command in importlib.import_module(f"{half}.cli").main.places:
            assert f"{program} {command} " in shown
        assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', shown) == []
