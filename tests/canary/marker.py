"""A marker that stands for a patient, and a search for it in every form it could come out in."""

import base64
import hashlib
import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

LATIN = "CanaryQ7"
HANGUL = "김각희영"
MARKER = LATIN + HANGUL

DIGESTS = ("md5", "sha1", "sha256")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp949")  # numpy stores UTF-32


@cache
def forms(*texts: str) -> tuple[dict[bytes, str], dict[bytes, str]]:
    """Return what to look for -> its name: first without regard to case, then exactly."""
    folded: dict[bytes, str] = {}
    exact: dict[bytes, str] = {}
    for text in texts:
        folded |= {
            json.dumps(text)[1:-1].lower().encode(): f"{text} as JSON",
            quote(text).lower().encode(): f"{text} in a URL",
        }
        for spelling in (text, text.upper(), text.lower()):
            for name, raw in _encoded(spelling):
                folded[raw.lower()] = f"{spelling} in {name}"
                folded[raw.hex().encode()] = f"{spelling} in {name} as hex"
                exact |= dict.fromkeys(base64_parts(raw), f"{spelling} in {name} as base64")
                for digest in DIGESTS:
                    code = hashlib.new(digest, raw).digest()
                    what = f"{digest} of {spelling} in {name}"
                    folded[code.hex().encode()] = what
                    exact |= {code: what, base64.b64encode(code)[:-2]: f"{what} as base64"}
    return folded, exact


def hits(content: bytes, *texts: str) -> set[str]:
    """Return in which forms the texts, by default the marker and its halves, are in ``content``."""
    folded, exact = forms(*(texts or (LATIN, HANGUL, MARKER)))
    lowered = content.lower()
    found = {name for form, name in folded.items() if form in lowered}
    return found | {name for form, name in exact.items() if form in content}


def base64_parts(raw: bytes) -> set[bytes]:
    """Return what of ``raw`` shows in base64, wherever it begins within three bytes."""
    parts = set()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        first = -(-before * 8 // 6)  # digits that the bytes before take part in
        last = (before + len(raw)) * 8 // 6  # and those the bytes behind would
        parts.add(whole[first:last])
    return parts


def _encoded(text: str) -> Iterator[tuple[str, bytes]]:
    for form in ("NFC", "NFD"):
        for encoding in _ENCODINGS:
            try:
                yield f"{encoding} {form}", unicodedata.normalize(form, text).encode(encoding)
            except UnicodeEncodeError:
                continue  # CP949 has no single letters of Hangul
