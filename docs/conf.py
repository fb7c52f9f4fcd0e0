"""How Sphinx makes the site of docs/: `make docs`; every link that leads nowhere is an error."""

project = "HNP"
author = "HNP"
copyright = "Apache-2.0"  # noqa: A001  # Sphinx's name for it
extensions = ["myst_parser", "sphinx_click"]
exclude_patterns = ["conf.py"]
nitpicky = True
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "description": "From hospital folders to a model"}
html_copy_source = False
html_show_sphinx = False
html_static_path: list[str] = []
