"""What an HTML page needs that carries all in itself, and lets nothing else in."""

import base64
import hashlib
import json
import string
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple


class Parts(NamedTuple):
    """What makes a page: a template of HTML, a style and a script."""

    template: str
    style: str
    script: str


def parts_of(package: str) -> Parts:
    """Return the page of a package, within what pages of reports share.

    Args:
        package: that holds `page.html` (its form alone), `page.css` and `page.js`.
    """
    form, style, script = (_text(package, f"page.{kind}") for kind in ("html", "css", "js"))
    page, before_style, before_script = (
        _text(__package__, f"page_parts.{kind}") for kind in ("html", "css", "js")
    )
    return Parts(page.replace("$form", form), before_style + style, before_script + script)


def filled_in(parts: Parts, content: Mapping[str, Any], **texts: str) -> bytes:
    """Return the page.

    All that is said lies in one inert element of JSON, and the script puts it into the page as
    text: no value ever becomes markup, so no template language is needed. The Content Security
    Policy names style and script by their digests: a browser runs and loads nothing else.

    Args:
        parts: what it is made of.
        content: for the script.
        texts: what else the template names, as HTML.
    """
    text = string.Template(parts.template).substitute(
        data=inert_json(content),
        style=parts.style,
        script=parts.script,
        style_digest=policy_digest(parts.style),
        script_digest=policy_digest(parts.script),
        **texts,
    )
    return text.encode()


def inert_json(content: Mapping[str, Any]) -> str:
    r"""Return JSON that ends no element and begins no comment.

    >>> inert_json({"a": "</script>"})
    '{"a":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy_digest(text: str) -> str:
    """Return the digest by which a Content Security Policy lets a style or script in.

    Source: W3C, Content Security Policy Level 3, section 2.3.1 (hash-source), without `sha256-`.
    """
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _text(package: str, name: str) -> str:
    return (resources.files(package) / name).read_text("utf-8")
