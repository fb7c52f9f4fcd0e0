"""What a page shows to be typed, and a folder in which it is typed."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs"

_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    return (PAGES / name).read_text("utf-8")


def rerun_page() -> ModuleType:
    spec = importlib.util.spec_from_file_location("rerun_page", ROOT / "scripts/rerun_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def commands(text: str) -> list[str]:
    """Return what stands behind the prompts of a page, in order."""
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


def programs(text: str) -> list[str]:
    """Return the Python blocks of a page, in order."""
    return _PYTHON.findall(text)
