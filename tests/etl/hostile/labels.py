"""Hostile labels, each with the reason that the ledger must give (None: used)."""

import codecs
import json

from dicom_files import label_bytes
from etl.hostile.images import Hostile
from hnp_shared.vocabulary import Reason

GOOD = label_bytes()


def hostile_labels() -> dict[str, Hostile]:
    """Return name -> label; those without a reason say what a good label says."""
    text = GOOD.decode()
    bad = {
        "zero-bytes": (b"", Reason.EMPTY),
        "blank": (b" \n\t", Reason.BAD_JSON),
        "nul": (b"\0" * 100, Reason.BAD_JSON),
        "open": (b"{", Reason.BAD_JSON),
        "tail": (GOOD + b"x", Reason.BAD_JSON),
        "two": (GOOD + GOOD, Reason.BAD_JSON),
        "single-quotes": (text.replace('"', "'").encode(), Reason.BAD_JSON),
        "infinity": (_with("Age", "-Infinity"), Reason.BAD_JSON),
        "comment": (b"// label\n" + GOOD, Reason.BAD_JSON),
        "list-of-two": (b"[" + GOOD + b"," + GOOD + b"]", Reason.BAD_JSON),
        "list-for-dict": (b"[1, 2, 3]", Reason.BAD_JSON),
        "number": (b"7", Reason.BAD_JSON),
        "text": (b'"label"', Reason.BAD_JSON),
        "null": (b"null", Reason.BAD_JSON),
        "half-surrogate": (_with("Age", '"\\ud800"'), Reason.BAD_ENCODING),
        "no-encoding": (b'{"Age": "\xff\xfe\xfd"}', Reason.BAD_ENCODING),
        "utf-16-cut": (codecs.BOM_UTF16_LE + b"{\0}", Reason.BAD_ENCODING),
        "depth-65": (b'{"a":' + b"[" * 65 + b"]" * 65 + b"}", Reason.TOO_DEEP),
        "depth-100000": (b"[" * 100_000, Reason.TOO_DEEP),
        "same-key": (_with("Age", '63, "Age": 64'), Reason.DUPLICATE_KEY),
        "same-key-nfd": ('{"\uac00": 1, "\u1100\u1161": 1}'.encode(), Reason.DUPLICATE_KEY),
        "aliases-differ": (_with("Age", '63, "age": 64'), Reason.FIELD_CONFLICT),
        "code-true": (label_bytes("L4-5", True), Reason.BAD_VALUE),
        "code-object": (label_bytes("L4-5", {"grade": 3}), Reason.BAD_VALUE),
        "code-1e999": (GOOD.replace(b'"L4-5": 3', b'"L4-5": 1e999'), Reason.BAD_VALUE),
        "100-mb": (b" " * 100_000_000 + GOOD, Reason.TOO_LARGE),
    }
    good = {
        "bom": codecs.BOM_UTF8 + GOOD,
        "utf-16": text.encode("utf-16"),
        "utf-16-be": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "cp949": text.replace("Age", "나이").encode("cp949"),
        "list-of-one": b"[" + GOOD + b"]",
        "nested": json.dumps({"a": {"b": json.loads(text)}}).encode(),
        "age-of-5000-digits": _with("Age", "9" * 5000),
        "age-nan": _with("Age", "NaN"),
        "age-1e999": _with("Age", "1e999"),
        "nul-in-text": _with("Sex", '"F\\u0000"'),
        "blanks": text.replace(",", ",\n\n   ").encode(),
    }
    return {
        **{name: Hostile(content, reason) for name, (content, reason) in bad.items()},
        **{name: Hostile(content, None) for name, content in good.items()},
    }


def _with(key: str, written: str) -> bytes:
    """Return the good label with a value as it is written, valid JSON or not."""
    old = json.dumps(json.loads(GOOD)[key])
    return GOOD.replace(f'"{key}": {old}'.encode(), f'"{key}": {written}'.encode())
