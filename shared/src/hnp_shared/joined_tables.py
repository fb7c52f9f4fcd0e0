"""A table of the hospital whose columns were joined to a data set, as dataset.json tells it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

_COUNTS = ("lines", "matched", "unmatched", "patients")


@dataclass(frozen=True, slots=True)
class JoinedTable:
    """What was joined, in counts; no value of the table is told but the words of a category.

    Attributes:
        key: by what lines name a row's owner: `patient` or `study`.
        sha256: of the table.
        columns: new column of the manifest -> what it holds.
        lines: below the header.
        matched: lines that name somebody in the data set.
        unmatched: the others.
        patients: or studies, of the data set that a line names.
    """

    key: str
    sha256: str
    columns: Mapping[str, str]
    lines: int
    matched: int
    unmatched: int
    patients: int

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Self:
        """Return the record of what `to_json` gave.

        Raises:
            KeyError, TypeError, AttributeError: it is none.
        """
        counts = {name: found[name] for name in _COUNTS}
        if not all(isinstance(count, int) for count in counts.values()):
            raise TypeError(counts)
        columns = {str(name): str(text) for name, text in found["columns"].items()}
        return cls(str(found["key"]), str(found["sha256"]), columns, **counts)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return asdict(self)
