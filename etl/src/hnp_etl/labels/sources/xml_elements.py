"""An XML file as elements: bounded, without document types, so without entities. Pure."""

from collections.abc import Callable
from xml.parsers import expat

from hnp_etl.errors import FileError
from hnp_etl.labels.document import encoding_of
from hnp_shared.vocabulary import Reason

_FREE_ELEMENTS, _LETTERS_AN_ELEMENT = 200_000, 8
"""Elements and attributes that any file may have, and letters that one takes in a longer one."""

Begin = Callable[[tuple[str, ...], dict[str, str]], None]
End = Callable[[tuple[str, ...], str], None]


def walk_elements(content: bytes, begin: Begin, end: End, most_depth: int) -> None:
    """Tell each element as it begins and as it ends.

    Args:
        content: of the file; an encoding that it declares is not heeded.
        begin: gets the names from the root to the element, and its attributes.
        end: gets the names likewise, and the text of the element itself.
        most_depth: of elements within elements.

    Raises:
        FileError: BAD_ENCODING, TOO_DEEP, TOO_LARGE, or BAD_VALUE where it is no sound XML.
    """
    text = content.decode(encoding_of(content))
    marks = text.count("<") + text.count("=")
    if marks > _FREE_ELEMENTS + len(text) // _LETTERS_AN_ELEMENT:
        raise FileError(Reason.TOO_LARGE, f"found {marks:,} elements and attributes of nothing")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    _Walk(begin, end, most_depth).listen(parser)
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        what = f"no sound XML, line {error.lineno}: {expat.errors.messages.get(error.code)}"
        raise FileError(Reason.BAD_VALUE, what) from error


class _Walk:
    """Where in the file the parser is."""

    def __init__(self, begin: Begin, end: End, most_depth: int) -> None:
        self._begin, self._end, self._most = begin, end, most_depth
        self._names: tuple[str, ...] = ()
        self._texts: list[list[str]] = []

    def listen(self, parser: expat.XMLParserType) -> None:
        """Take the events of a parser."""
        parser.StartDoctypeDeclHandler = _refuse_type
        parser.StartElementHandler = self._opened
        parser.EndElementHandler = self._closed
        parser.CharacterDataHandler = self._said

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._names) >= self._most:
            raise FileError(Reason.TOO_DEEP, f"XML nests deeper than {self._most}")
        self._names = (*self._names, name)
        self._texts.append([])
        self._begin(self._names, attributes)

    def _said(self, text: str) -> None:
        self._texts[-1].append(text)

    def _closed(self, name: str) -> None:  # noqa: ARG002  # expat has seen that it is the last
        self._end(self._names, "".join(self._texts.pop()))
        self._names = self._names[:-1]


def _refuse_type(*_: object) -> None:
    """Refuse a document type: entities are made there, a billion of them if someone wants to."""
    raise FileError(Reason.BAD_VALUE, "found a document type (DOCTYPE), expected XML without one")
