"""Gates: how many files may be rejected, how many slices may differ; numbers or shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import GateError
from hnp_shared.vocabulary import State

CHANGES = ("added", "removed", "changed")
"""What can have become of a slice between two data sets."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number, or a share of a whole.

    Attributes:
        value: a count, or percent.
    """

    value: float
    percent: bool

    def __str__(self) -> str:
        return f"{self.value:g}{'%' if self.percent else ''}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit that ``N`` or ``P%`` states.

        Raises:
            ValueError: neither.
        """
        percent = text.endswith("%")
        value = float(text[:-1]) if percent else int(text)
        if not 0 <= value <= (100 if percent else float("inf")):
            raise ValueError(text)
        return cls(value, percent)

    def is_passed(self, count: int, whole: int) -> bool:
        """Tell whether ``count`` of ``whole`` is more than allowed."""
        return count > (self.value * whole / 100 if self.percent else self.value)


class RejectLimit(Limit):
    """How many of the files met may be rejected."""

    __slots__ = ()

    def check(self, info: DatasetInfo) -> None:
        """Pass when the limit is kept.

        Raises:
            GateError: says how many files were rejected.
        """
        rejected, met = info.states.get(State.REJECTED, 0), sum(info.states.values())
        if self.is_passed(rejected, met):
            raise GateError(f"{rejected} of {met} files were rejected, expected at most {self}")


@dataclass(frozen=True, slots=True)
class ChangeLimit:
    """How many slices may be added, removed or changed.

    Attributes:
        change: one of CHANGES.
        limit: a count, or a share of the old data set's slices.
    """

    change: str
    limit: Limit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit that ``removed``, ``removed=N`` or ``removed=P%`` states.

        Raises:
            ValueError: none of them.
        """
        change, _, limit = text.partition("=")
        if change not in CHANGES:
            raise ValueError(text)
        return cls(change, Limit.parse(limit or "0"))

    def check(self, counts: Mapping[str, int], slices: int) -> None:
        """Pass when the limit is kept.

        Args:
            counts: change -> slices.
            slices: of the old data set.

        Raises:
            GateError: says how many slices differ.
        """
        count = counts.get(self.change, 0)
        if self.limit.is_passed(count, slices):
            raise GateError(
                f"{count} slices were {self.change}, expected at most {self.limit} of {slices}"
            )
