"""How Sphinx makes the site of docs/: `make docs`; every link that leads nowhere is an error."""

import re

from click import Context
from sphinx.application import Sphinx

project = "HNP"
author = "HNP"
copyright = "Apache-2.0"  # noqa: A001  # Sphinx's name for it
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["conf.py"]
nitpicky = True
smartquotes = False  # or two hyphens of an option become a dash
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "description": "From hospital folders to a model"}
html_copy_source = False
html_show_sphinx = False
html_static_path: list[str] = []

_NAMELESS = re.compile(r"^\.\. option:: *\n\n    Required argument(?:\(s\))?$", re.MULTILINE)
"""An argument that only keeps two others apart."""


def read_plainly(_app: Sphinx, _context: Context, lines: list[str]) -> None:
    """Let help be what it is on a terminal: a star is a star, and what has no name is left out."""
    text = "\n".join(line if line[:2] == ".." else line.replace("*", r"\*") for line in lines)
    lines[:] = _NAMELESS.sub("", text).split("\n")


def setup(app: Sphinx) -> None:
    """Connect what click says with Sphinx."""
    for part in ("description", "options", "arguments", "epilog"):
        app.connect(f"sphinx-click-process-{part}", read_plainly)
