"""How slices were acquired, counted: what a protocol is drafted from and held against. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from hnp_etl.protocols.protocol import NUMBERS, WORDS

Value = float | str | None
Tally = Counter[tuple[str, str, Value]]
"""Slices by hospital, column and value; None where there is none."""


@dataclass(frozen=True, slots=True)
class Acquisitions:
    """Slices by value, for each hospital and column.

    Attributes:
        found: (hospital, column) -> value -> slices.
    """

    found: Mapping[tuple[str, str], Counter[Value]]

    @classmethod
    def of(cls, tally: Mapping[tuple[str, str, Value], int]) -> "Acquisitions":
        """Return the counts of (hospital, column, value)."""
        found: dict[tuple[str, str], Counter[Value]] = {}
        for (hospital, column, value), slices in tally.items():
            found.setdefault((hospital, column), Counter())[value] += slices
        return cls(found)

    @property
    def hospitals(self) -> list[str]:
        """All hospitals, sorted."""
        return sorted({hospital for hospital, _ in self.found})

    def at(self, hospital: str, column: str) -> Counter[Value]:
        """Return the values of a column in a hospital; empty when it has none."""
        return self.found.get((hospital, column), Counter())

    def values(self, column: str) -> Counter[Value]:
        """Return the values of a column in all hospitals together."""
        return sum((self.at(each, column) for each in self.hospitals), Counter())


def acquisitions_of(manifest: pa.Table) -> Acquisitions:
    """Return how the slices of a manifest were acquired."""
    return Acquisitions.of(dict(_counted(manifest)))


def _counted(manifest: pa.Table) -> Iterable[tuple[tuple[str, str, Value], int]]:
    for column in (*NUMBERS, *WORDS):
        counts = manifest.group_by(["hospital", column]).aggregate([([], "count_all")])
        for row in counts.to_pylist():
            yield (row["hospital"], column, row[column]), row["count_all"]
