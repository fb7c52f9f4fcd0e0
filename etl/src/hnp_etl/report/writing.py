"""One HTML file of a report's content: style and script inside, and nothing else is let in."""

import html
from collections.abc import Mapping

from hnp_shared.inline_page import filled_in, parts_of
from hnp_shared.languages import Words


def render(content: Mapping[str, object], words: Words) -> bytes:
    """Return the page of some content, with its fixed words in ``words``' language."""
    fixed = {key.replace(".", "_"): html.escape(text) for key, text in words.texts.items()}
    shared = {
        "language": words.language,
        "title": html.escape(words.say("page.title", id=content["dataset_id"])),
        "skip": fixed["page_skip"],
        "about": fixed["page_about"],
        "noscript": fixed["page_script"],
        "sections": fixed["page_sections"],
    }
    return filled_in(parts_of("hnp_etl.report"), content, **fixed, **shared)
