"""What is told of archives, in lines: what could not be read and what to do about it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hnp_shared.vocabulary import Reason

REMEDIES: Mapping[str, str] = {
    Reason.ENCRYPTED: "encrypted: unpack each with its password into a folder of its name, and "
    "take the archive away",
    Reason.UNSUPPORTED_SYNTAX: "in volumes (.z01, ...), packed by a method that is not read, or a "
    "7z without the extra hnp-etl[7z]: join volumes (zip -s 0 NAME.zip --out WHOLE.zip), or unpack "
    "them",
    Reason.TOO_DEEP: "archives in archives in archives: unpack the outermost",
    Reason.TOO_LARGE: "hold more than an archive may, in members, bytes or beside their own size: "
    "when they are sound, raise archive_members, archive_bytes or archive_ratio in [limits]",
    Reason.TRUNCATED: "break off, are damaged, or lack a part: copy them anew, with all parts",
    Reason.BAD_HEADER: "not what their names say, or damaged: see what they are",
    Reason.UNREADABLE: "could not be opened or read: check permissions and the share",
    Reason.EMPTY: "empty: copy them anew",
    Reason.NOT_REGULAR: "links or devices: put a copy in their place",
    Reason.NAME_COLLISION: "of one path in Unicode normal form: rename one of both",
}


@dataclass(frozen=True, slots=True)
class ArchivesMet:
    """What is told of archives.

    Attributes:
        refused: reason -> archives that could not be read.
        korean: names of members that were read as CP949.
        beside: archives that were passed over because what they hold lies beside them.
        partly: archives of which a part lies beside them; the rest was read from them.
    """

    refused: Mapping[str, int]
    korean: int = 0
    beside: int = 0
    partly: int = 0

    def lines(self) -> Iterator[str]:
        """Yield what is worth telling.

        >>> list(ArchivesMet({"TOO_DEEP": 2}).lines())
        ['archives not read: 2 TOO_DEEP (archives in archives in archives: unpack the outermost)']
        """
        for reason, count in self.refused.items():
            if reason in REMEDIES:
                yield f"archives not read: {count} {reason} ({REMEDIES[reason]})"
        if self.korean:
            yield (
                "names in archives without a mark for UTF-8, which were read as Korean (CP949): "
                f"{self.korean}"
            )
        if self.beside:
            yield (
                "archives passed over because what they hold lies beside them, unpacked or joined: "
                f"{self.beside}"
            )
        if self.partly:
            yield (
                f"archives that were unpacked in part: {self.partly}; what lies beside them was "
                "read there, the rest from them: take what is not wanted away by --exclude"
            )

    def to_json(self) -> dict[str, object]:
        """Return the counts as plain values."""
        return {
            "refused": dict(self.refused),
            "names_read_as_cp949": self.korean,
            "passed_over": self.beside,
            "unpacked_in_part": self.partly,
        }
