"""What pages show to be typed does what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handbook.shown import PAGES, commands, page, programs, rerun_page

BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"\b[0-9a-f]{16}\b")
_FEW = ((r"--patients \d+", "--patients 9"), (r"--epochs \d+", "--epochs 1"))
"""What makes a page's example small."""


def run(line: str | list[str], folder: Path) -> None:
    """Run a line of a page, or a program and its arguments, which must end well."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    command = ["/bin/bash", "-c", line] if isinstance(line, str) else line
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, "HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (line, done.stdout, done.stderr)


def shortened(line: str) -> str:
    """Return a command for few patients and one epoch."""
    for long, short in _FEW:
        line = re.sub(long, short, line)
    return line


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the quick start was followed up to the split, with few patients."""
    folder = tmp_path_factory.mktemp("quick")
    lines = [shortened(line) for line in commands(page("quick-start.md"))]
    end = next(place for place, line in enumerate(lines) if line.startswith("hnp-train split"))
    for line in lines[: end + 1]:
        run(line, folder)
    return folder


def test_the_quick_start_leads_to_a_report_and_a_split(begun: Path) -> None:
    made = ("data/manifest.parquet", "report.html", "sheets/index.html", "split.csv")
    assert [name for name in made if not (begun / name).is_file()] == []


@pytest.mark.torture
def test_the_whole_quick_start_works_as_it_stands(tmp_path: Path) -> None:
    for line in commands(page("quick-start.md")):
        run(line, tmp_path)
    assert (tmp_path / "run/card.md").is_file()


def test_first_contact_prints_what_its_page_shows(tmp_path: Path) -> None:
    """Ids hang on a key, which each folder makes anew."""
    rerun = rerun_page()
    shown = page("first-contact.md")
    printed = rerun.rerun(shown, rerun.in_folder(tmp_path))
    assert without_notes(_ID.sub("ID", printed)) == _ID.sub("ID", shown)


def without_notes(text: str) -> str:
    """Return a page without the warnings that it leaves out."""
    return "".join(
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith(("note:", "warning:"))
    )


@pytest.mark.parametrize("name", ["quick-start", "first-contact"])
def test_the_korean_page_shows_the_same_commands_and_output(name: str) -> None:
    english, korean = (page(f"{name}{end}.md") for end in ("", ".ko"))
    blocks = [_BLOCK.findall(text) for text in (english, korean)]
    told = [[block for block in each if block.startswith("$ ")] for each in blocks]
    assert told[0] == told[1]
    assert len(told[0]) >= 3


PYTHON = programs(page("python.md"))
AFTER_A_FIT = [block for block in PYTHON if "open_run" in block]


def test_what_the_page_on_python_shows_works(begun: Path) -> None:
    """Each block stands alone; one process runs them all, for torch is imported once."""
    blocks = [block for block in PYTHON if block not in AFTER_A_FIT]
    assert len(blocks) == 4
    run([sys.executable, "-c", f"for block in {blocks!r}: exec(block, {{}})"], begun)
    assert max(len(block.splitlines()) for block in blocks) <= 18


@pytest.mark.torture
def test_what_it_shows_of_runs_works(begun: Path) -> None:
    fit = "hnp-train fit data --split split.csv --out run --model compact --epochs 1"
    run(f"{fit} && hnp-train evaluate run data --split split.csv", begun)
    for block in AFTER_A_FIT:
        run([sys.executable, "-c", block], begun)


@pytest.mark.parametrize("block", programs(page("formats.md")))
def test_what_the_page_on_formats_shows_works(begun: Path, block: str) -> None:
    run([sys.executable, "-c", block], begun)


def test_every_page_with_a_korean_one_says_so_in_the_table_of_contents() -> None:
    listed = page("index.md")
    assert all(each.stem in listed for each in PAGES.glob("*.ko.md"))
