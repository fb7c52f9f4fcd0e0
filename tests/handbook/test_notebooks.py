"""Notebooks run from the first cell to the last, and show what they showed when they were kept."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from handbook.shown import PAGES

NOTEBOOKS = PAGES / "notebooks"


def kept(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]  # it has no types


def run(book: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    client = NotebookClient(book, resources={"metadata": {"path": str(folder)}}, timeout=300)
    return client.execute()


def told(book: Any) -> list[str]:
    """Return all texts that a notebook shows; figures of memory places are left out."""
    outputs = [each for cell in book.cells for each in cell.get("outputs", [])]
    texts = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in outputs]
    return [re.sub(r"0x[0-9a-f]+", "", text) for text in texts]


@pytest.mark.filterwarnings("default")  # of what runs notebooks
@pytest.mark.parametrize("name", ["tables", pytest.param("models", marks=pytest.mark.torture)])
def test_a_notebook_shows_what_it_showed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = kept(name)
    before = told(book)
    assert len(before) >= 4
    assert told(run(book, tmp_path, monkeypatch)) == before
