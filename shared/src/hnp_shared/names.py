"""Names of files: bytes read as UTF-8 whatever the locale, found as they lie on the disk, and told.

The contract's text of a path is that of its bytes in UTF-8; a byte that is none is kept as a
surrogate (PEP 383). Python reads names in the encoding of the locale, so text comes from bytes.
"""

import os
import re
import unicodedata
from collections.abc import Iterable

_TOLD = 3
"""Names that a message tells."""

# ".DS_Store", "._OUT" (macOS); "Thumbs.db", "desktop.ini" (Windows); "@eaDir", "#recycle"
# (Synology), ".@__thumb" (QNAP); ".nfs0000a1" (NFS, of a file that was removed while it was open),
# ".fuse_hidden01" (likewise); ".directory" (KDE), ".Trash-1000", "lost+found" (Linux).
_DROPPING = re.compile(
    r"(?i)\.DS_Store|\._.*|\.(?:AppleDouble|Spotlight-V100|Trashes|fseventsd|TemporaryItems|apdisk)"
    r"|(?:eh)?thumbs\.db|desktop\.ini|\$RECYCLE\.BIN|System Volume Information"
    r"|@eaDir|@tmp|#recycle|#snapshot|\.@__thumb|\.nfs[0-9a-f]+|\.fuse_hidden[0-9a-f]+"
    r"|\.directory|\.Trash-\d+|lost\+found"
)


def text_of(raw: bytes) -> str:
    """Return the text of a name's or a path's bytes.

    >>> text_of("영상".encode()) == "영상", len(text_of(bytes((0xB0, 0xA1))))
    (True, 2)
    """
    return raw.decode("utf-8", "surrogateescape")


def is_dropping(name: str) -> bool:
    """Tell whether a file manager or a file server leaves such a name wherever it looks.

    >>> [is_dropping(name) for name in (".DS_Store", "Thumbs.db", ".nfs000001", "notes.txt")]
    [True, True, True, False]
    """
    return _DROPPING.fullmatch(name) is not None


def told(names: Iterable[str]) -> str:
    """Return the first names in one line, and how many more there are.

    >>> told(["b", "a", "c", "e", "d"])
    'a, b, c and 2 more'
    """
    found = sorted(names)
    shown = ", ".join(map(_printable, found[:_TOLD]))
    more = len(found) - _TOLD
    return f"{shown} and {more} more" if more > 0 else shown


def as_it_lies(path: str) -> str:
    """Return a path as the disk spells it, where it has the same text in another normal form.

    A name is typed in NFC and may lie there in NFD, as macOS wrote it. What is there as it was
    typed is that; of two that it may mean, neither.
    """
    if path.isascii() or os.path.lexists(path):
        return path
    above, name = os.path.split(path)
    above = as_it_lies(above) if above not in ("", path) else above
    whole = os.path.join(above, name)  # noqa: PTH118  # a path is kept as it was typed
    if name.isascii() or os.path.lexists(whole):
        return whole
    wanted = unicodedata.normalize("NFC", name)
    try:
        names = os.listdir(above or ".")  # noqa: PTH208  # likewise
    except OSError:
        return whole
    twins = [each for each in names if unicodedata.normalize("NFC", each) == wanted]
    return os.path.join(above, twins[0]) if len(twins) == 1 else whole  # noqa: PTH118


def _printable(name: str) -> str:
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in name
    )
