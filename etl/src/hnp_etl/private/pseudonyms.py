"""Keyed pseudonyms: the same value under the same key gives the same id, and tells nothing. Pure.

HMAC-SHA256 (RFC 2104) over the parts joined by NUL, each in NFC, trimmed, UTF-8.
"""

import hmac

from hnp_etl.walking.paths import nfc

HEX_DIGITS = 32


def pseudonym(key: bytes, *parts: str) -> str:
    """Return the id of the thing that ``parts`` name."""
    message = b"\0".join(nfc(part).strip().encode("utf-8", "surrogateescape") for part in parts)
    return hmac.digest(key, message, "sha256").hex()[:HEX_DIGITS]


def slice_name(key: bytes, path: str, frame: int = 0) -> str:
    """Return the slice_id of an image, or of one frame of it, from 1."""
    return pseudonym(key, "slice", path, *([f"{frame}"] if frame else []))


def key_id(key: bytes) -> str:
    """Return 8 hex digits that tell one key from another and nothing more."""
    return hmac.digest(key, b"hnp key", "sha256").hex()[:8]


def patient_parts(scope: str, value: str) -> tuple[str, ...]:
    """Return the parts that name a patient; ``scope`` is the hospital, or "" for all."""
    return ("patient", scope, value)


def study_parts(patient: tuple[str, ...], study_uid: str) -> tuple[str, ...]:
    """Return the parts that name a study of a patient."""
    return ("study", *patient, study_uid)


def series_parts(study: tuple[str, ...], series_uid: str) -> tuple[str, ...]:
    """Return the parts that name a series of a study."""
    return ("series", *study, series_uid)
