"""One HTML file of a report's content: style and script inside, and nothing else is let in.

All that is said lies in one inert element of JSON, and the script puts it into the page as text:
no value ever becomes markup, so no template language is needed.
"""

import html
import string
from collections.abc import Mapping
from importlib import resources

from hnp_shared.inline_page import inert_json, policy_digest
from hnp_shared.languages import Words


def render(content: Mapping[str, object], words: Words) -> bytes:
    """Return the page of some content, with its fixed words in ``words``' language.

    Its Content Security Policy names style and script by their digests: a browser runs and loads
    nothing else, whatever a value may hold.
    """
    style, script, page = map(_text, ("page.css", "page.js", "page.html"))
    fixed = {key.replace(".", "_"): html.escape(text) for key, text in words.texts.items()}
    text = string.Template(page).substitute(
        fixed,
        language=words.language,
        title=html.escape(words.say("page.title", id=content["dataset_id"])),
        data=inert_json(content),
        style=style,
        script=script,
        style_digest=policy_digest(style),
        script_digest=policy_digest(script),
    )
    return text.encode()


def _text(name: str) -> str:
    return (resources.files("hnp_etl.report") / name).read_text("utf-8")
