"""What docstrings show by `>>>` is what happens."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shown() -> list[str]:
    """Return the modules whose docstrings show something."""
    sources = [half / "src" for half in (ROOT / "shared", ROOT / "etl", ROOT / "model")]
    return sorted(
        ".".join(path.relative_to(source).with_suffix("").parts)
        for source in sources
        for path in source.rglob("*.py")
        if ">>>" in path.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("module", shown())
def test_examples_in_docstrings_hold(module: str) -> None:
    told = doctest.testmod(importlib.import_module(module))
    assert told.attempted > 0
    assert told.failed == 0


def test_texts_paths_label_values_and_splits_are_shown() -> None:
    assert {
        "hnp_etl.descriptions.series",
        "hnp_etl.labels.values",
        "hnp_etl.walking.paths",
        "hnp_shared.splits",
    } <= set(shown())
