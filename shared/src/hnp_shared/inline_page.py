"""What an HTML page needs that carries all in itself, and lets nothing else in. Pure."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any


def inert_json(content: Mapping[str, Any]) -> str:
    r"""Return JSON that ends no element and begins no comment.

    >>> inert_json({"a": "</script>"})
    '{"a":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def policy_digest(text: str) -> str:
    """Return the digest by which a Content Security Policy lets a style or script in.

    Source: W3C, Content Security Policy Level 3, section 2.3.1 (hash-source), without `sha256-`.
    """
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
