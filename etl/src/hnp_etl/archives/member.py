"""A member of an archive as it is listed, and a listing small enough to be kept."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hnp_shared.vocabulary import Reason

_MEMBERS_A_CHUNK = 1000


class Member(NamedTuple):
    """A file in an archive.

    Attributes:
        name: its path there, NFC, '/' between; "" of the one file of a form that names none.
        size: bytes, once unpacked.
        step: from the archive to its bytes, as `step_of` writes it.
        regular: False for links, devices and names that lead out of the archive.
        refusal: why it cannot be read, as far as the listing tells.
        korean: whether its name is CP949, as an archive without a mark for UTF-8 has it.
    """

    name: str
    size: int
    step: str
    regular: bool = True
    refusal: Reason | None = None
    korean: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in an archive.

    Attributes:
        chunks: members, many at a time, compressed: a million of them take some 20 MB.
        refusal: why the archive, or all that is in it, cannot be read.
        korean: members whose names were read as CP949.
    """

    chunks: tuple[bytes, ...] = ()
    refusal: Reason | None = None
    korean: int = 0

    def members(self) -> Iterator[Member]:
        """Yield the members in the order of the archive."""
        for chunk in self.chunks:
            for name, size, step, regular, refusal, korean in json.loads(zlib.decompress(chunk)):
                reason = Reason(refusal) if refusal else None
                yield Member(name, size, step, regular, reason, korean)


def listing_of(members: Iterable[Member]) -> Listing:
    """Return members as a listing; of none that could be read, its refusal."""
    chunks, rows, korean, reasons = list[bytes](), list[Member](), 0, set[Reason | None]()
    for member in members:
        rows.append(member)
        korean += member.korean
        reasons.add(member.refusal)
        if len(rows) == _MEMBERS_A_CHUNK:
            chunks.append(_packed(rows))
            rows = []
    if rows:
        chunks.append(_packed(rows))
    refusal = next(iter(reasons)) if len(reasons) == 1 else None
    return Listing(tuple(chunks), refusal, korean)


def _packed(rows: list[Member]) -> bytes:
    return zlib.compress(json.dumps(rows).encode(), 1)
