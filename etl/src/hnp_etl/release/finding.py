"""One thing that could identify: where, what, how often; never the value itself. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Clue(StrEnum):
    """What could identify; the words are those of the command's JSON."""

    COLUMN = "unlisted_column"
    TEXT = "free_text"
    NUMBER = "number_out_of_range"
    AGE = "age"
    DATE = "date"
    CONTACT = "contact_or_record_number"
    UID = "uid_or_path"
    HIDDEN = "hidden_bytes"
    STRAY = "stray_file"
    RARE = "rare_group"
    SHARED = "shared_picture"


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        clue: what kind of thing it is.
        place: the file and what of it, in words of ours.
        count: of values, files or groups.
        what: what is wrong with it and what was expected.
    """

    clue: Clue
    place: str
    count: int
    what: str

    @property
    def line(self) -> str:
        """The finding in one line."""
        return f"{self.clue}: {self.place}: {self.count:,} {self.what}"
