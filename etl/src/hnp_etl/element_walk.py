"""Walks the data elements of a DICOM file up to its pixel data and keeps the few that are wanted.

Why not a general reader: a header is met once per file of a hospital, most files are refused by
ten elements, and hostile ones must cost nothing. The walk reads a window at a time, skips what is
not wanted by its length, and never recurses.
Source: DICOM PS3.5 section 7 (data elements, sequences), Annex A (encapsulated pixel data).
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from hnp_etl.errors import FileError
from hnp_etl.limits import LIMITS, Limits
from hnp_shared.vocabulary import Reason

WINDOW_BYTES = 32 * 2**10
"""Bytes of one read; most headers of classic MR end within it."""

PIXEL_DATA = 0x7FE0_0010
_PIXEL_TAGS = frozenset({0x7FE0_0008, 0x7FE0_0009, PIXEL_DATA})
_FUNCTIONAL_GROUPS = frozenset({0x5200_9229, 0x5200_9230})
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
_UNDEFINED = 0xFFFF_FFFF
_NEVER = 2**31  # deeper than any limit
_LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_BYTE_VRS = frozenset({b"OB", b"OW"})
_PIXEL_VRS = frozenset({b"", b"UN", b"OB", b"OW", b"OF", b"OD"})
_SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT"}
    | {b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)

_SHORT_HEAD = struct.Struct("<HH2sH")

ReadAt = Callable[[int, int], bytes]
"""Returns up to so many bytes from an offset."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A value as it lies in the file.

    Attributes:
        vr: the value representation written before it, b"" where none is.
    """

    vr: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class PixelPlace:
    """Where the pixel data lies.

    Attributes:
        tag: 7FE0,0010 for integers; 0008 and 0009 hold floats.
        offset: first byte of the value; in an inflated data set, from its start.
        length: bytes, None when encapsulated.
    """

    tag: int
    offset: int
    length: int | None


@dataclass(frozen=True, slots=True)
class _End:
    """Where an open sequence or item ends: at an offset, or None where at a delimiter."""

    offset: int | None
    delimiter: int


@dataclass(slots=True)
class Walker:
    """Goes through one data set.

    Attributes:
        read_at: reads from the file.
        size: of the file, bytes.
        position: where the next element begins.
        wanted: tags kept at the top level.
        within_groups: tags kept from inside the functional groups (PS3.3 C.7.6.16).
        limits: bounds on depth, values and the whole.
        explicit: value representations are written out.
        values: tag -> raw value, at the top level.
        shared: likewise from within functional groups.
        pixels: None until pixel data are met.
        window: bytes read last, from `window_start`.
        open_ends: the open sequences and items, innermost last.
        implicit_from: depth from which elements are implicit, within one of unknown VR.
        in_groups: within functional groups.
    """

    read_at: ReadAt
    size: int
    position: int
    wanted: frozenset[int]
    within_groups: frozenset[int]
    limits: Limits = LIMITS
    explicit: bool = True
    big_endian: bool = False
    values: dict[int, Raw] = field(default_factory=dict)
    shared: dict[int, Raw] = field(default_factory=dict)
    pixels: PixelPlace | None = None
    window: bytes = b""
    window_start: int = 0
    open_ends: list[_End] = field(default_factory=list)
    implicit_from: int = _NEVER
    in_groups: bool = False

    def walk(self, only_group: int | None = None) -> None:
        """Go on to the pixel data, to another group than ``only_group``, or to the end."""
        while self.position < self.size:
            plain = self.explicit and not (self.open_ends or self.big_endian or only_group)
            if plain and self._hurry():
                continue
            self._close_finished()
            if not self.open_ends and only_group not in (None, self._group()):
                return
            tag, vr, length = self._head()
            if not self.open_ends and tag in _PIXEL_TAGS:
                if vr not in _PIXEL_VRS:
                    raise FileError(Reason.BAD_HEADER, "pixel data are said to be something else")
                defined = None if length == _UNDEFINED else length
                self.pixels = PixelPlace(tag, self.position, defined)
                return
            self._take(tag, vr, length)
        self._close_finished()
        if self.open_ends:
            raise FileError(Reason.BAD_HEADER, "the file ends within a sequence")

    def _hurry(self) -> bool:
        """Take the short elements that lie whole in the window, most of a header; True if any.

        Everything else is left to the careful way.
        """
        window, offset = self.window, self.position - self.window_start
        last = len(window) - _SHORT_HEAD.size
        while 0 <= offset <= last:
            group, element, vr, length = _SHORT_HEAD.unpack_from(window, offset)
            start = offset + _SHORT_HEAD.size
            if vr not in _SHORT_VRS or group >= 0x7FE0 or start + length > len(window):
                break
            tag = group << 16 | element
            if tag in self.wanted and (length or tag in self.values):
                if length > self.limits.value_bytes:
                    break
                self._note(tag, Raw(vr, window[start : start + length]))
            offset = start + length
        moved = self.window_start + offset > self.position
        if moved:
            self.position = self.window_start + offset
            self._skip(0)  # looks at the bounds
        return moved

    def looks_explicit(self) -> bool:
        """Tell from the first element whether value representations are written out."""
        return self.peek(self.position, 6)[4:6] in _LONG_VRS | _SHORT_VRS

    def _take(self, tag: int, vr: bytes, length: int) -> None:
        if tag >> 16 == 0xFFFE:
            self._enter_or_leave(tag, length)
        elif length == _UNDEFINED and vr in _BYTE_VRS:
            self._skip_fragments()
        elif vr == b"SQ" or length == _UNDEFINED or self._begins_with_item(tag, length, vr):
            if not self.open_ends:
                if tag in self.wanted and length and self._item_follows():
                    self.values.setdefault(tag, Raw(vr, b""))  # that a sequence is there
                self.in_groups = tag in _FUNCTIONAL_GROUPS
            if vr == b"UN":  # PS3.5 6.2.2 note 2: sequences of unknown VR are implicit
                self.implicit_from = min(self.implicit_from, len(self.open_ends))
            self._open(length, _SEQUENCE_END)
        else:
            self._keep(tag, vr, length)
            self._skip(length)

    def _keep(self, tag: int, vr: bytes, length: int) -> None:
        top = not self.open_ends
        wanted = (tag in self.wanted) if top else (self.in_groups and tag in self.within_groups)
        if not wanted or (not length and tag not in self.values):
            return  # an empty element tells as much as none
        if length > self.limits.value_bytes:
            raise FileError(Reason.BAD_HEADER, f"element {tag:08X} has {length} bytes")
        raw = Raw(vr, self.peek(self.position, length))
        if len(raw.value) < length:
            raise FileError(Reason.BAD_HEADER, f"the file ends within element {tag:08X}")
        if top:
            self._note(tag, raw)
        else:
            self.shared.setdefault(tag, raw)

    def _note(self, tag: int, raw: Raw) -> None:
        if self.values.setdefault(tag, raw) != raw:  # PS3.5 7.1: at most once
            raise FileError(Reason.BAD_HEADER, f"element {tag:08X} is there twice and differs")

    def _skip(self, length: int) -> None:
        if length > self.size - self.position:
            raise FileError(Reason.BAD_HEADER, "an element is longer than the file")
        self.position += length
        most = self.limits.header_bytes
        if self.position > most:
            raise FileError(Reason.BAD_HEADER, f"no pixel data within {most} bytes")

    def _skip_fragments(self) -> None:
        """Go past encapsulated pixels that are not the image's, those of an icon (PS3.5 A.4)."""
        tag, _, length = self._head()
        while tag == _ITEM:
            self._skip(length)
            tag, _, length = self._head()
        if tag != _SEQUENCE_END:
            raise FileError(Reason.BAD_HEADER, "found no item where a fragment should begin")

    def _enter_or_leave(self, tag: int, length: int) -> None:
        if not self.open_ends or tag not in (_ITEM, _ITEM_END, _SEQUENCE_END):
            raise FileError(Reason.BAD_HEADER, f"found delimiter {tag:08X} outside a sequence")
        if tag == _ITEM:
            self._open(length, _ITEM_END)
        elif self.open_ends[-1].offset is None:  # else superfluous: its length tells where it ends
            if tag != self.open_ends[-1].delimiter:
                raise FileError(Reason.BAD_HEADER, f"found delimiter {tag:08X} out of place")
            self._close()

    def _open(self, length: int, delimiter: int) -> None:
        if len(self.open_ends) >= 2 * self.limits.depth:  # a sequence and its item each
            raise FileError(Reason.TOO_DEEP, f"sequences nest deeper than {self.limits.depth}")
        if length != _UNDEFINED and length > self.size - self.position:
            raise FileError(Reason.BAD_HEADER, "a sequence is longer than the file")
        offset = None if length == _UNDEFINED else self.position + length
        self.open_ends.append(_End(offset, delimiter))

    def _close_finished(self) -> None:
        while self.open_ends:
            offset = self.open_ends[-1].offset
            if offset is None or self.position < offset:
                return
            if self.position > offset:
                raise FileError(Reason.BAD_HEADER, "an element is longer than its sequence")
            self._close()

    def _close(self) -> None:
        self.open_ends.pop()
        if len(self.open_ends) <= self.implicit_from:
            self.implicit_from = _NEVER

    def _begins_with_item(self, tag: int, length: int, vr: bytes) -> bool:
        if vr not in (b"", b"UN") or length < 8 or tag >> 16 & 1:  # private: may be any bytes
            return False
        return self._item_follows()

    def _item_follows(self) -> bool:
        return self.peek(self.position, 4) == (
            b"\xff\xfe\xe0\x00" if self.big_endian else b"\xfe\xff\x00\xe0"
        )

    def _head(self) -> tuple[int, bytes, int]:
        order = ">" if self.big_endian else "<"
        head = self.peek(self.position, 12)
        if len(head) < 8:
            raise FileError(Reason.BAD_HEADER, "the file ends within an element")
        group, element = struct.unpack_from(order + "HH", head)
        tag, vr = group << 16 | element, b""
        if group == 0xFFFE or not self.explicit or len(self.open_ends) > self.implicit_from:
            (length,) = struct.unpack_from(order + "I", head, 4)
            self.position += 8
            return tag, vr, length
        vr = head[4:6]
        if vr in _SHORT_VRS or vr == b"  ":  # blanks stand for a forgotten short one
            (length,) = struct.unpack_from(order + "H", head, 6)
            self.position += 8
        elif vr in _LONG_VRS and len(head) == 12:
            (length,) = struct.unpack_from(order + "I", head, 8)
            self.position += 12
        else:
            raise FileError(Reason.BAD_HEADER, "an element has no known value representation")
        return tag, vr, length

    def _group(self) -> int:
        return int.from_bytes(self.peek(self.position, 2), "big" if self.big_endian else "little")

    def peek(self, start: int, count: int) -> bytes:
        """Return bytes of the file, fewer at its end; most lie in the window read before."""
        begin = start - self.window_start
        if begin < 0 or begin + count > len(self.window):
            self.window = self.read_at(start, max(count, WINDOW_BYTES))
            self.window_start, begin = start, 0
        return self.window[begin : begin + count]
