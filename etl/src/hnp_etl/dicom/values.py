"""Typed access to raw element values: text by its character set, numbers that are finite.

What cannot be read is absent, unless the pixels depend on it.
Source: DICOM PS3.5 section 6.2 (value representations), PS3.3 C.12.1.1.2 (character sets).
"""

import struct
import warnings
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from hnp_etl.dicom.element_form import Raw
from hnp_etl.dicom.elements import Elements
from hnp_etl.errors import FileError
from hnp_shared.vocabulary import Reason

CHARSET = 0x0008_0005
_LARGEST_FLOAT32 = (2 - 2**-23) * 2.0**127
"""Numbers are stored as float32; a larger one would become infinity on the way."""

_REMEMBERED = 1024
"""Values that were read lately: images of one series say the same."""

_BACKSLASH = 0x5C
_NUMBER_VRS = frozenset({b"AT", b"FD", b"FL", b"SL", b"SS", b"SV", b"UL", b"US", b"UV"})
_RAW_VRS = frozenset({b"", b"  ", b"OB", b"OW", b"UN"})
"""Of these the tag alone tells how to read them."""

_NOTHING = Raw(b"", b"")

T = TypeVar("T")


class Values:
    """The values of one data set, or of one frame of it.

    In a file of one frame those at the top level go before those in functional groups; of several
    frames each has its own first, then what all share.
    """

    def __init__(self, elements: Elements, frame: Mapping[int, Raw] | None = None) -> None:
        groups = elements.groups
        if frame is None:
            self._values = {**groups.shared, **dict(*groups.frames[:1]), **elements.values}
        else:
            self._values = {**elements.values, **groups.shared, **frame}
        self._big_endian = elements.big_endian
        self._charset = elements.values.get(CHARSET, _NOTHING).value

    def has(self, tag: int) -> bool:
        """Tell whether an element is there."""
        return tag in self._values

    def text(self, tag: int) -> str:
        """Return a text without padding, "" when absent."""
        return _text(self._characters(tag), self._charset)

    def uid(self, tag: int) -> str | None:
        """Return a UID."""
        return self.text(tag) or None

    def words(self, tag: int) -> tuple[str, ...]:
        """Return the values of a code string, in upper case."""
        return _words(self.text(tag))

    def whole(self, tag: int, default: int) -> int:
        """Return an integer string that pixels depend on.

        Raises:
            FileError: BAD_HEADER when it is there and no whole number.
        """
        found = self.exact(tag, default)
        if found != int(found):
            raise FileError(Reason.BAD_HEADER, f"element {tag:08X} is no whole number")
        return int(found)

    def number(self, tag: int) -> float | None:
        """Return the first number of a decimal or integer string."""
        found = _decimals(self._characters(tag))
        return found[0] if found else None

    def numbers(self, tag: int, count: int) -> tuple[float, ...] | None:
        """Return so many numbers of a decimal string."""
        found = _decimals(self._characters(tag))
        return found if len(found) == count else None

    def double(self, tag: int) -> float | None:
        """Return a binary double (VR FD)."""
        raw = self._values.get(tag, _NOTHING)
        if raw.vr not in _RAW_VRS | {b"FD"} or len(raw.value) < 8:
            return None
        (found,) = struct.unpack_from(">d" if self._big_endian else "<d", raw.value)
        return found if _fits(found) else None

    def exact(self, tag: int, default: float) -> float:
        """Return a number that pixels depend on.

        Raises:
            FileError: BAD_HEADER when it is there and no finite number.
        """
        raw = self._values.get(tag, _NOTHING)
        if raw.vr not in _NUMBER_VRS and not raw.value.strip(b"\0 "):
            return default
        found = self.number(tag)
        if found is None:
            raise FileError(Reason.BAD_HEADER, f"element {tag:08X} is no finite number")
        return found

    def unsigned(self, tag: int, default: T) -> int | T:
        """Return a binary unsigned short (VR US).

        Raises:
            FileError: BAD_HEADER when it has not two bytes, or is said to be something else.
        """
        raw = self._values.get(tag, _NOTHING)
        if not raw.value:
            return default
        if len(raw.value) != 2 or raw.vr not in _RAW_VRS | {b"US", b"SS"}:
            what = f"element {tag:08X} has {len(raw.value)} bytes, expected 2 of an unsigned short"
            raise FileError(Reason.BAD_HEADER, what)
        return int.from_bytes(raw.value, "big" if self._big_endian else "little")

    def _characters(self, tag: int) -> bytes:
        """Return the bytes of a text, none of what is said to be a binary number."""
        raw = self._values.get(tag, _NOTHING)
        return b"" if raw.vr in _NUMBER_VRS else raw.value


@lru_cache(maxsize=_REMEMBERED)
def _text(value: bytes, charset: bytes) -> str:
    raw = value.rstrip(b"\0 ")
    if raw.isascii() and b"\x1b" not in raw:
        return raw.decode("ascii").strip()
    return _decoded(raw, charset).strip("\0 ").strip()


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.upper().split("\\")) if text else ()


@lru_cache(maxsize=_REMEMBERED)
def _decimals(value: bytes) -> tuple[float, ...]:
    try:
        found = tuple(map(float, value.decode("ascii").strip("\0 ").split("\\")))
    except ValueError:
        return ()
    return found if all(map(_fits, found)) else ()


def _fits(number: float) -> bool:
    return abs(number) <= _LARGEST_FLOAT32  # False for what is no number, too


@lru_cache(maxsize=64)
def _encodings(charset: bytes) -> list[str]:
    """Return Python's names of the character sets; unknown ones fall away."""
    from pydicom.charset import python_encoding  # noqa: PLC0415  # slow, and ASCII needs it not

    terms = charset.decode("ascii", "replace").strip("\0 ").split("\\")
    known = [python_encoding[term.strip()] for term in terms if term.strip() in python_encoding]
    return known or ["iso8859"]


def _decoded(raw: bytes, charset: bytes) -> str:
    """Return a text; one that cannot be decoded as Latin-1, so that two of them stay two."""
    from pydicom.charset import decode_bytes  # noqa: PLC0415  # as above

    encodings = _encodings(charset)
    try:
        if b"\x1b" not in raw:
            return raw.decode(encodings[0])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return decode_bytes(raw, encodings, {_BACKSLASH})
    except (UnicodeError, LookupError, UserWarning):
        return raw.decode("latin-1")
