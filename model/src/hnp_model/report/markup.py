"""What a page in Markdown may hold of texts that others wrote: no markup of theirs. Pure."""

import re

# "<img", "</a", "<!--": what HTML and so Markdown takes for a tag (CommonMark 0.31, 6.6).
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(\[])")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


def without_markup(text: str) -> str:
    r"""Return a text as one line of Markdown in which no tag and no link begins.

    >>> without_markup("<img src=x onerror=y>"), without_markup("1 < 2")
    ('&lt;img src=x onerror=y>', '1 < 2')
    >>> print(without_markup("![a](http://b)"))
    ![a]\(http://b)
    """
    return _LINK.sub(r"]\\", _TAG.sub("&lt;", _ODD.sub(" ", text)))
