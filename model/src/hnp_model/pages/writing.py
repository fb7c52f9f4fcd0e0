"""One HTML file from the page's content: style and script inside, and nothing else is let in."""

from collections.abc import Mapping
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from hnp_shared.inline_page import inert_json, policy_digest


def render(content: Mapping[str, Any]) -> bytes:
    """Return the page.

    Its Content Security Policy names style and script by their digests: a browser runs and loads
    nothing else, whatever a value may hold.
    """
    style, script, template = map(_text, ("page.css", "page.js", "page.html"))
    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    text = env.from_string(template).render(
        content,
        data=inert_json(content),  # cannot end its element
        style=style,
        script=script,
        style_digest=policy_digest(style),
        script_digest=policy_digest(script),
    )
    return text.encode()


def _text(name: str) -> str:
    return (resources.files("hnp_model.pages") / name).read_text("utf-8")
