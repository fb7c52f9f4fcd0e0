"""Damages DICOM where a reader is sensitive: tags, lengths, representations, delimiters.

Finds elements by their written-out value representation, which is good enough to damage them.
"""

import random
import re
import struct
from collections.abc import Callable

_VRS = (
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OW PN SH SL SQ SS ST TM UC UI UL UN UR US UT"
)
_ALL_VRS = _VRS.split()
_HEAD = re.compile(rb"[\x00-\xff]\x00[\x00-\xff]{2}(?=" + b"|".join(_ALL_VRS) + rb")", re.DOTALL)
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFE_E000, 0xFFFE_E00D, 0xFFFE_E0DD
_UNDEFINED = 0xFFFF_FFFF
_TAGS = (
    *(0x0008_0005, 0x0008_0008, 0x0008_0060, 0x0010_0020, 0x0018_0081, 0x0018_9087, 0x0020_000D),
    *(0x0020_0032, 0x0020_0037, 0x0028_0008, 0x0028_0010, 0x0028_0011, 0x0028_0030, 0x0028_0100),
    *(0x0028_1052, 0x0028_1053, 0x0028_3000, 0x5200_9229, 0x5200_9230, 0x7FE0_0010, 0x0009_0010),
)
_LENGTHS = (0, 1, 2, 3, 4, 6, 8, 10, 16, 64, 0xFFFE, 0xFFFF)
_VALUES = (
    *(b"", b"\0\0", b"  ", b"1\\2", b"nan ", b"1e999 ", b"-0", b"1_0 ", b"\\\\", b"0x10"),
    *(b"ISO_IR 100", b"ISO_IR 192", b"\\ISO 2022 IR 149", b"\x1b$)C\xb1\xe8", b"\xb1\xe8\xff\xfe"),
    *(b"\x1b$B\x3b\x33", b"\xed\xa0\x80", b" lead", b"trail\0", b"a\\b ", b"\x0c\x1c1.5"),
)


def damage_dicom(data: bytes, dice: random.Random) -> bytes:
    """Return ``data`` with one to three faults."""
    for _ in range(dice.randint(1, 3)):
        heads = [match.start() for match in _HEAD.finditer(data, 132)]
        if len(heads) < 2 or dice.random() < 0.1:
            data = damage_bytes(data, dice)
            continue
        index = dice.randrange(len(heads) - 1)
        start, end = heads[index], heads[index + 1]
        data = dice.choice(_FAULTS)(data, start, end, dice)
    return data


def damage_bytes(data: bytes, dice: random.Random) -> bytes:
    """Return ``data`` with some bytes changed, cut out, doubled or put in."""
    start = dice.randrange(len(data) + 1)
    end = min(len(data), start + dice.choice((0, 1, 2, 4, 16)))
    put = dice.choice((b"", data[start:end] * 2, dice.randbytes(dice.randint(1, 4)), _mark(dice)))
    return data[:start] + put + data[end:]


def _other_vr(data: bytes, start: int, _end: int, dice: random.Random) -> bytes:
    return data[: start + 4] + dice.choice(_ALL_VRS) + data[start + 6 :]


def _other_tag(data: bytes, start: int, _end: int, dice: random.Random) -> bytes:
    tag = dice.choice(_TAGS)
    return data[:start] + struct.pack("<HH", tag >> 16, tag & 0xFFFF) + data[start + 4 :]


def _other_length(data: bytes, start: int, _end: int, dice: random.Random) -> bytes:
    if dice.random() < 0.5:
        return data[: start + 6] + struct.pack("<H", dice.choice(_LENGTHS)) + data[start + 8 :]
    long = struct.pack("<I", dice.choice((*_LENGTHS, _UNDEFINED)))
    return data[: start + 8] + long + data[start + 12 :]


def _other_value(data: bytes, start: int, end: int, dice: random.Random) -> bytes:
    value = dice.choice(_VALUES)
    value += b" " * (len(value) % 2)
    return data[: start + 6] + struct.pack("<H", len(value)) + value + data[end:]


def _twice(data: bytes, start: int, end: int, _dice: random.Random) -> bytes:
    return data[:end] + data[start:end] + data[end:]


def _elsewhere(data: bytes, start: int, end: int, dice: random.Random) -> bytes:
    at = dice.choice([match.start() for match in _HEAD.finditer(data, 132)])
    return data[:at] + data[start:end] + data[at:]


def _left_out(data: bytes, start: int, end: int, _dice: random.Random) -> bytes:
    return data[:start] + data[end:]


def _marked(data: bytes, start: int, _end: int, dice: random.Random) -> bytes:
    return data[:start] + _mark(dice) + data[start:]


def _wrapped(data: bytes, start: int, end: int, dice: random.Random) -> bytes:
    """Put an element into a sequence with one item."""
    tag = dice.choice((0x5200_9229, 0x5200_9230, 0x0040_A730, 0x0028_3000, 0x0009_1001))
    vr, defined = dice.choice((b"SQ", b"UN")), dice.random() < 0.5
    item = _head(_ITEM, end - start if defined else _UNDEFINED) + data[start:end]
    item += b"" if defined else _head(_ITEM_END, 0)
    length = len(item) if defined else _UNDEFINED
    head = struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, vr, 0, length)
    return data[:start] + head + item + (b"" if defined else _head(_SEQUENCE_END, 0)) + data[end:]


def _odd(data: bytes, start: int, _end: int, dice: random.Random) -> bytes:
    """Put in a private element without a known representation, with any of the three heads."""
    tag = max(struct.unpack_from("<HH", data, start)[0] - 1, 0) | 1, dice.choice((0x0010, 0x10FF))
    vr, value = dice.choice((b"--", b"\0\0", b"OX", b"lo")), dice.randbytes(dice.choice((0, 4, 10)))
    forms = (
        struct.pack("<HHI", *tag, len(value)),
        struct.pack("<HH2sH", *tag, vr, len(value)),
        struct.pack("<HH2sHI", *tag, vr, 0, len(value)),
    )
    return data[:start] + dice.choice(forms) + value + data[start:]


def _mark(dice: random.Random) -> bytes:
    tag = dice.choice((_ITEM, _ITEM_END, _SEQUENCE_END))
    return _head(tag, dice.choice((0, 0, 8, _UNDEFINED)))


def _head(tag: int, length: int) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, length)


_FAULTS: tuple[Callable[[bytes, int, int, random.Random], bytes], ...] = (
    *(_other_vr, _other_tag, _other_length, _other_value, _twice, _elsewhere, _left_out),
    *(_marked, _wrapped, _wrapped, _odd),
)
