"""One HTML file of a report's content: style and script inside, and nothing else is let in."""

import html
from collections.abc import Mapping

from hnp_shared.inline_page import filled_in, parts_of
from hnp_shared.languages import Words


def render(content: Mapping[str, object], words: Words) -> bytes:
    """Return the page of some content, with its fixed words in ``words``' language."""
    fixed = {key.replace(".", "_"): html.escape(text) for key, text in words.texts.items()}
    title = html.escape(words.say("page.title", id=content["dataset_id"]))
    parts = parts_of("hnp_etl.report")
    return filled_in(parts, content, **fixed, language=words.language, title=title)
