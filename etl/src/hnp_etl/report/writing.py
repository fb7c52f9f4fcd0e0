"""One HTML file of a report's content: style and script inside, and nothing else is let in.

All that is said lies in one inert element of JSON, and the script puts it into the page as text:
no value ever becomes markup, so no template language is needed.
"""

import base64
import hashlib
import json
import string
from collections.abc import Mapping
from importlib import resources


def render(content: Mapping[str, object]) -> bytes:
    """Return the page.

    Its Content Security Policy names style and script by their digests: a browser runs and loads
    nothing else, whatever a value may hold.
    """
    style, script, page = map(_text, ("page.css", "page.js", "page.html"))
    text = string.Template(page).substitute(
        data=_inert(content),
        style=style,
        script=script,
        style_digest=_digest(style),
        script_digest=_digest(script),
    )
    return text.encode()


def _inert(content: Mapping[str, object]) -> str:
    """Return JSON that ends no element and begins no comment."""
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _text(name: str) -> str:
    return (resources.files("hnp_etl.report") / name).read_text("utf-8")
