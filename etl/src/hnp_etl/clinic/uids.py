"""UIDs of what is written: the same content on the same day has the same, other content another.

UIDs below 2.25 need no registration (PS3.5 B.2); theirs is a number of 128 bits, here a digest.
"""

import hashlib
import uuid


def derived_uid(*parts: str) -> str:
    """Return the UID of what ``parts`` name.

    >>> derived_uid("a", "b") == derived_uid("a", "b"), derived_uid("a", "b") == derived_uid("ab")
    (True, False)
    """
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"2.25.{uuid.UUID(bytes=digest[:16], version=5).int}"
