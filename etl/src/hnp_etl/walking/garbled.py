"""What a Korean name said before it was unpacked in another encoding than it was packed in. Pure.

Windows packs names in CP949, others in UTF-8, and a zip need not say in which. Who unpacks takes
the bytes as they are, or takes them for CP437, CP850, Latin-1, CP1252 or CP949 and writes UTF-8.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache

_TAKEN_FOR = ("cp437", "cp850", "latin-1", "cp1252", "mac_roman", "cp949")
_PACKED_IN = ("cp949", "utf-8")

_KOREAN = re.compile("[\0-\x7f\u3131-\u318e\uac00-\ud7a3]+")
"""Jamo and syllables; what a wrong reading gives holds something else as well."""


def read_name(name: str, tells: Callable[[str], bool]) -> tuple[str, bool]:
    """Return what a name said, and whether it tells something only when it is read as Korean.

    What is valid UTF-8 is taken for garbled only then: it may be French.
    """
    if not name.isascii() and not tells(name):
        for reading in readings(name):
            if tells(reading):
                return reading, True
    return surely_read(name), False


def surely_read(name: str) -> str:
    """Return what a name that is no UTF-8 says in CP949; any other says what it says."""
    return next(iter(readings(name)), name) if _is_no_utf8(name) else name


@lru_cache(maxsize=4096)
def readings(name: str) -> tuple[str, ...]:
    """Return the Korean names that a name may have been, the likelier first.

    Args:
        name: text of its bytes in UTF-8; those that are none are surrogates.

    >>> readings("원천".encode("cp949").decode("utf-8", "surrogateescape"))
    ('원천',)
    >>> "원천" in readings("원천".encode("cp949").decode("latin-1")), readings("원천")
    (True, ())
    """
    if name.isascii():
        return ()
    found = (unicodedata.normalize("NFC", each) for each in _read_otherwise(name))
    return tuple(dict.fromkeys(each for each in found if each != name and _is_korean(each)))


def _is_no_utf8(name: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in name)


def _is_korean(name: str) -> bool:
    return _KOREAN.fullmatch(name) is not None and not name.isascii()


def _read_otherwise(name: str) -> Iterator[str]:
    for raw in dict.fromkeys(_bytes_of(name)):
        for encoding in _PACKED_IN:
            try:
                yield raw.decode(encoding)
            except UnicodeDecodeError:
                continue


def _bytes_of(name: str) -> Iterator[bytes]:
    """Yield the bytes that a name may have been made of."""
    if _is_no_utf8(name):
        yield name.encode("utf-8", "surrogateescape")
        return
    for encoding in _TAKEN_FOR:
        try:
            # what CP1252 has no character for stays a control character
            parts = (_byte(char, encoding) for char in name)
            yield b"".join(parts)
        except UnicodeEncodeError:
            continue


def _byte(char: str, encoding: str) -> bytes:
    return char.encode("latin-1" if "\x80" <= char <= "\x9f" else encoding)
