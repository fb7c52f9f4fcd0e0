"""What reaches a terminal: nothing that moves its cursor, hides text or forges a line.

Names of files, hospitals and columns are a stranger's. Every stream of either program is written
to through `Escaping`; a text that must stay one line goes through `one_line` before.

Source: CWE-150; bidirectional overrides: N. Boucher, R. Anderson, Trojan Source, 2021.
"""

import io
import re

# C0 but tab and line feed, DEL, C1; marks of direction; what ends a line elsewhere; half a pair.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_OF_LINES = re.compile("[\n\t]")


def escaped(text: str) -> str:
    r"""Return a text in which control characters are told as `\x1b` and the like.

    >>> escaped("a\x1b[31m b")
    'a\\x1b[31m b'
    """
    return _ODD.sub(_told, text)


def one_line(text: str) -> str:
    r"""Return a text as one line: ends of lines are told too.

    >>> one_line("a\nerror: b")
    'a\\nerror: b'
    """
    return _OF_LINES.sub(_told, escaped(text))


def _told(met: "re.Match[str]") -> str:
    return met[0].encode("unicode_escape").decode()


class Escaping(io.TextIOWrapper):
    """A stream for people; where they watch a bar, its own marks pass."""

    def write(self, text: str, /) -> int:
        """Write a text, and return how many of its letters are written."""
        super().write(escaped(text))
        return len(text)
