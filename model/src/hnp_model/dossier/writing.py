"""One HTML file of the page's content: style and script inside, and nothing else is let in."""

from collections.abc import Mapping
from html import escape
from typing import Any

from hnp_model.dossier.language import Words
from hnp_shared.inline_page import filled_in, parts_of


def render(words: Words, content: Mapping[str, Any]) -> bytes:
    """Return the page in its language."""
    texts = {
        "language": words.language,
        "title": words.say("Report of a model"),
        "about": words.say(
            "Herniated lumbar discs on MRI. For research and teaching, not for diagnosis: no "
            "medical device. Nothing leaves this page but the tables that you download."
        ),
        "skip": words.say("To the report"),
        "noscript": words.say("This page needs JavaScript; it loads nothing from anywhere."),
        "sections": words.say("Sections"),
        "shown": words.say("What is shown"),
    }
    return filled_in(
        parts_of("hnp_model.dossier"),
        {**content, "words": words.catalogue},
        **{name: escape(text) for name, text in texts.items()},
    )
