"""Records as text, each with a checksum: SQLite, where they lie, would not notice a flipped bit."""

import json
import zlib
from dataclasses import fields
from functools import lru_cache

from hnp_etl.choosing.choose import Candidate
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.labels.document import Leaf, leaves_from_json, leaves_to_json
from hnp_etl.labels.label import LabelFacts
from hnp_shared.vocabulary import Flag, Reason

_CHECKSUM_DIGITS = 8


class DamagedRecordError(Exception):
    """What the state remembers is not what was written; the build begins anew."""


def seal(text: str) -> str:
    """Return a text with its checksum in front."""
    return f"{zlib.crc32(text.encode()):0{_CHECKSUM_DIGITS}x}{text}"


def unseal(sealed: str) -> str:
    """Return the text that was sealed.

    Raises:
        DamagedRecordError: it is not what it was.
    """
    text = sealed[_CHECKSUM_DIGITS:]
    if seal(text) != sealed:
        raise DamagedRecordError("a remembered record was damaged")
    return text


def reason_of(text: str) -> Reason:
    """Return a remembered reason.

    Raises:
        DamagedRecordError: it is none.
    """
    try:
        return Reason(text)
    except ValueError as error:
        raise DamagedRecordError("a remembered reason was damaged") from error


def pack_header(facts: HeaderFacts) -> str:
    """Return header facts as a sealed text."""
    return seal(facts.to_json())


def unpack_header(sealed: str) -> HeaderFacts:
    """Return remembered header facts."""
    return HeaderFacts.from_json(unseal(sealed))


def unpack_frame(sealed: str, frame: int) -> HeaderFacts:
    """Return remembered facts of one frame, from 1; 0 is the file as a whole."""
    return _frames_of(sealed).of_frame(frame) if frame else unpack_header(sealed)


@lru_cache(maxsize=4)
def _frames_of(sealed: str) -> HeaderFacts:
    """Return facts of a file of many frames, which are asked for one after the other."""
    return unpack_header(sealed)


def pack_leaves(leaves: tuple[Leaf, ...]) -> str:
    """Return the leaves of a label as a sealed text."""
    return seal(leaves_to_json(leaves))


def unpack_leaves(sealed: str) -> tuple[Leaf, ...]:
    """Return the remembered leaves of a label."""
    return leaves_from_json(unseal(sealed))


def _named(record: LabelFacts | Candidate) -> dict[str, object]:
    """Return fields by name; `dataclasses.asdict` would copy every value."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def pack_label(facts: LabelFacts) -> str:
    """Return label facts as a sealed text."""
    return seal(json.dumps(_named(facts)))


def unpack_label(sealed: str) -> LabelFacts:
    """Return what `pack_label` packed."""
    values = json.loads(unseal(sealed))
    values["cells"] = tuple(tuple(cell) for cell in values["cells"])
    values["flags"] = tuple(Flag(flag) for flag in values["flags"])
    return LabelFacts(**values)


def pack_candidate(wanted: Candidate) -> str:
    """Return what a header let in as a sealed text."""
    return seal(json.dumps(_named(wanted)))


def unpack_candidate(sealed: str) -> Candidate:
    """Return what `pack_candidate` packed."""
    values = json.loads(unseal(sealed))
    values["refusal"] = reason_of(values["refusal"]) if values["refusal"] else None
    values["flags"] = tuple(Flag(flag) for flag in values["flags"])
    return Candidate(**values)
