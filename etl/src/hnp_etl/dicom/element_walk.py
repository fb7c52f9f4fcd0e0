"""Walks the data elements of a DICOM file up to its pixel data and keeps the few that are wanted.

Why not a general reader: a header is met once per file of a hospital, most files are refused by
ten elements, and hostile ones must cost nothing. The walk reads a window at a time, skips what is
not wanted by its length, and never recurses.
Source: DICOM PS3.5 section 7 (data elements, sequences), Annex A (encapsulated pixel data).
"""

import struct
from dataclasses import dataclass, field

from hnp_etl.dicom.element_form import (
    BYTE_VRS,
    ITEM_TAG,
    ITEM_TAG_BE,
    LONG_VRS,
    PIXEL_VRS,
    SHORT_VRS,
    End,
    PixelPlace,
    Raw,
)
from hnp_etl.dicom.file_window import FileWindow
from hnp_etl.dicom.functional_groups import Groups
from hnp_etl.dicom.odd_element import MAX_ODD_ELEMENTS, Place, odd_value
from hnp_etl.dicom.plain_elements import Keep, Span, take_explicit, take_implicit
from hnp_etl.errors import FileError
from hnp_etl.limits import LIMITS, Limits
from hnp_shared.vocabulary import Reason

PIXEL_DATA = 0x7FE0_0010
_PIXEL_TAGS = frozenset({0x7FE0_0008, 0x7FE0_0009, PIXEL_DATA})
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
_UNDEFINED = 0xFFFF_FFFF
_NEVER = 2**31  # deeper than any limit


@dataclass(slots=True)
class Walker(FileWindow):
    """Goes through one data set.

    Attributes:
        position: where the next element begins.
        wanted: tags kept at the top level.
        groups: the functional groups (PS3.3 C.7.6.16), and what is kept of them.
        limits: bounds on depth, values and the whole.
        explicit: value representations are written out.
        values: tag -> raw value, at the top level.
        pixels: None until pixel data are met.
        open_ends: the open sequences and items, innermost last.
        implicit_from: depth from which elements are implicit, within one of unknown VR.
        taken: tags kept where the walk is, and `into` where they go.
        odd_count: elements without a known value representation met so far.
    """

    position: int
    wanted: frozenset[int]
    groups: Groups
    limits: Limits = LIMITS
    explicit: bool = True
    big_endian: bool = False
    values: dict[int, Raw] = field(default_factory=dict)
    pixels: PixelPlace | None = None
    open_ends: list[End] = field(default_factory=list)
    implicit_from: int = _NEVER
    odd_count: int = 0
    taken: frozenset[int] = field(init=False)
    into: dict[int, Raw] = field(init=False)

    def __post_init__(self) -> None:
        """Begin at the top level."""
        self.taken, self.into = self.wanted, self.values

    def walk(self, only_group: int | None = None) -> None:
        """Go on to the pixel data, to another group than ``only_group``, or to the end."""
        while self.position < self.size:
            if self._hurry(only_group):
                continue
            self._close_finished()
            if not self.open_ends and only_group not in (None, self._group()):
                return
            tag, vr, length = self._head()
            if not self.open_ends and tag in _PIXEL_TAGS:
                if vr not in PIXEL_VRS:
                    raise FileError(Reason.BAD_HEADER, "pixel data are said to be something else")
                defined = None if length == _UNDEFINED else length
                self.pixels = PixelPlace(tag, self.position, defined)
                return
            self._take(tag, vr, length)
        self._close_finished()
        if self.open_ends:
            raise FileError(Reason.BAD_HEADER, "the file ends within a sequence")

    def _hurry(self, only_group: int | None) -> bool:
        """Take the plain elements that come next and lie whole in the window; True if any."""
        start = self.window_start
        begin, end = self.position - start, len(self.window)
        if self.big_endian or not 0 <= begin < end:
            return False
        if self.open_ends and self.open_ends[-1].offset is not None:
            end = min(end, self.open_ends[-1].offset - start)
        keep = Keep(self.taken, self.into, self.limits.value_bytes)
        span = Span(self.window, begin, end)
        if self._implicit():
            after = take_implicit(span, keep)
        else:
            after = take_explicit(span, keep, only_group)
        self.position = start + after
        self._skip(0)  # looks at the bounds
        return after > begin

    def looks_explicit(self) -> bool:
        """Tell from the first element whether value representations are written out."""
        return self.peek(self.position, 6)[4:6] in LONG_VRS | SHORT_VRS

    def _take(self, tag: int, vr: bytes, length: int) -> None:
        if tag >> 16 == 0xFFFE:
            self._enter_or_leave(tag, length)
        elif length == _UNDEFINED and vr in BYTE_VRS:
            self._skip_fragments()
        elif vr == b"SQ" or length == _UNDEFINED or self._begins_with_item(tag, length, vr):
            if not self.open_ends and tag in self.wanted and length and self._item_follows():
                self.values.setdefault(tag, Raw(vr, b""))  # that a sequence is there
            if vr == b"UN":  # PS3.5 6.2.2 note 2: sequences of unknown VR are implicit
                self.implicit_from = min(self.implicit_from, len(self.open_ends))
            self._open(length, _SEQUENCE_END, tag)
        else:
            self._keep(tag, vr, length)
            self._skip(length)

    def _keep(self, tag: int, vr: bytes, length: int) -> None:
        if tag not in self.taken or (not length and tag not in self.into):
            return  # an empty element tells as much as none
        if length > self.limits.value_bytes:
            raise FileError(Reason.BAD_HEADER, f"element {tag:08X} has {length} bytes")
        raw = Raw(vr, self.peek(self.position, length))
        if len(raw.value) < length:
            raise FileError(Reason.BAD_HEADER, f"the file ends within element {tag:08X}")
        first = self.into.setdefault(tag, raw)
        if (
            self.into is self.values and first != raw
        ):  # PS3.5 7.1: at most once; programs differ on which to take
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
            self._open(length, _ITEM_END, 0)
        elif self.open_ends[-1].offset is None:  # else superfluous: its length tells where it ends
            if tag != self.open_ends[-1].delimiter:
                raise FileError(Reason.BAD_HEADER, f"found delimiter {tag:08X} out of place")
            self._close()

    def _open(self, length: int, delimiter: int, tag: int) -> None:
        if len(self.open_ends) >= 2 * self.limits.depth:  # a sequence and its item each
            raise FileError(Reason.TOO_DEEP, f"sequences nest deeper than {self.limits.depth}")
        if length != _UNDEFINED and length > self.size - self.position:
            raise FileError(Reason.BAD_HEADER, "a sequence is longer than the file")
        offset = None if length == _UNDEFINED else self.position + length
        self.open_ends.append(End(offset, delimiter, tag))
        self.groups.enter([end.tag for end in self.open_ends])
        self._look_where()

    def _look_where(self) -> None:
        self.taken, self.into = self.wanted, self.values
        if self.open_ends:
            self.taken, self.into = self.groups.taken_at([end.tag for end in self.open_ends])

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
        self._look_where()
        if len(self.open_ends) <= self.implicit_from:
            self.implicit_from = _NEVER

    def _begins_with_item(self, tag: int, length: int, vr: bytes) -> bool:
        if vr not in (b"", b"UN") or length < 8 or tag >> 16 & 1:  # private: may be any bytes
            return False
        return self._item_follows()

    def _item_follows(self) -> bool:
        return self.peek(self.position, 4) == (ITEM_TAG_BE if self.big_endian else ITEM_TAG)

    def _head(self) -> tuple[int, bytes, int]:
        order = ">" if self.big_endian else "<"
        head = self.peek(self.position, 12)
        if len(head) < 8:
            raise FileError(Reason.BAD_HEADER, "the file ends within an element")
        group, element = struct.unpack_from(order + "HH", head)
        tag, vr = group << 16 | element, b""
        if group == 0xFFFE or self._implicit():
            (length,) = struct.unpack_from(order + "I", head, 4)
            self.position += 8
            return tag, vr, length
        vr = head[4:6]
        if vr in SHORT_VRS or vr == b"  ":  # blanks stand for a forgotten short one
            (length,) = struct.unpack_from(order + "H", head, 6)
            self.position += 8
        elif vr in LONG_VRS:
            if len(head) < 12:
                raise FileError(Reason.BAD_HEADER, "the file ends within an element")
            (length,) = struct.unpack_from(order + "I", head, 8)
            self.position += 12
        else:
            vr, length = b"UN", self._go_to_odd_value(tag, vr)
        return tag, vr, length

    def _go_to_odd_value(self, tag: int, vr: bytes) -> int:
        """Go to the value of a private element without a known VR; return its length."""
        self.odd_count += 1
        if tag >> 16 & 1 and self.odd_count <= MAX_ODD_ELEMENTS:
            ends = (e.offset for e in reversed(self.open_ends) if e.offset is not None)
            place = Place(self.glance, next(ends, self.size), self.big_endian)
            if (found := odd_value(self.position, place)) is not None:
                self.position = found.start
                return found.length
        kind = "an unknown" if vr.isalpha() and vr.isupper() else "no"
        raise FileError(Reason.BAD_HEADER, f"element {tag:08X} has {kind} value representation")

    def _implicit(self) -> bool:
        return not self.explicit or len(self.open_ends) > self.implicit_from

    def _group(self) -> int:
        return int.from_bytes(self.peek(self.position, 2), "big" if self.big_endian else "little")
