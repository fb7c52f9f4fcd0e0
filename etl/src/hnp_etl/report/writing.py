"""One HTML file of a report's content: style and script inside, and nothing else is let in."""

from collections.abc import Mapping

from hnp_shared.inline_page import filled_in, parts_of


def render(content: Mapping[str, object]) -> bytes:
    """Return the page."""
    return filled_in(parts_of("hnp_etl.report"), content)
