"""One HTML file from the page's content: style and script inside, and nothing else is let in."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined


def render(content: Mapping[str, Any]) -> bytes:
    """Return the page.

    Its Content Security Policy names style and script by their digests: a browser runs and loads
    nothing else, whatever a value may hold.
    """
    style, script, template = map(_text, ("page.css", "page.js", "page.html"))
    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    text = env.from_string(template).render(
        content,
        data=_inert(content),  # cannot end its element
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
    )
    return text.encode()


def _inert(content: Mapping[str, Any]) -> str:
    """Return JSON that ends no element and begins no comment."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _text(name: str) -> str:
    return (resources.files("hnp_model.pages") / name).read_text("utf-8")
