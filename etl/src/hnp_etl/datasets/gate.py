"""Gates: how many files may be rejected, how many slices may differ; numbers or shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from hnp_shared.errors import GateError
from hnp_shared.vocabulary import Reason, State

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


class Counted(Protocol):
    """Files met, by state and by reason: a data set, or what would become one."""

    @property
    def states(self) -> Mapping[str, int]:
        """State -> files."""

    @property
    def reasons(self) -> Mapping[str, int]:
        """Reason -> files."""


class RejectLimit(Limit):
    """How many of the files met may be rejected."""

    __slots__ = ()

    def check(self, found: Counted, also: frozenset[Reason] = frozenset()) -> None:
        """Pass when the limit is kept.

        Args:
            found: what became of the files.
            also: reasons of filtered files that count as rejected.

        Raises:
            GateError: says how many files were rejected.
        """
        filtered = {name: found.reasons.get(name, 0) for name in sorted(also)}
        rejected = found.states.get(State.REJECTED, 0) + sum(filtered.values())
        met = sum(found.states.values())
        if self.is_passed(rejected, met):
            more = "".join(f" or {name}" for name in filtered)
            raise GateError(
                f"{rejected} of {met} files were rejected{more}, expected at most {self}"
            )


@dataclass(frozen=True, slots=True)
class Gates:
    """What must hold before a build commits.

    Attributes:
        max_rejected: how many files may be rejected.
        count_filtered: reasons of filtered files that count as rejected.
        accept_losses: commit even when much could not be read.
    """

    max_rejected: RejectLimit | None = None
    count_filtered: frozenset[Reason] = frozenset()
    accept_losses: bool = False

    def check(self, found: Counted) -> None:
        """Pass when the limit on rejected files is kept.

        Raises:
            GateError: says how many files were rejected.
        """
        if self.max_rejected is not None:
            self.max_rejected.check(found, self.count_filtered)


NO_GATES = Gates()
"""Those of a build for which the user states no limit."""


def commonest(reasons: Mapping[str, int], most: int = 3) -> str:
    """Return the commonest reasons with their counts, in words."""
    ranked = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{name} {count}" for name, count in ranked[:most])


def refuse_nothing_accepted(found: Counted, outcome: str) -> None:
    """Tell of a data set without a slice.

    Args:
        found: what became of the files.
        outcome: what that means for OUT.

    Raises:
        GateError: says why files are not in.
    """
    if not found.states.get(State.ACCEPTED, 0):
        raise GateError(
            f"no slice was accepted, commonest reasons: {commonest(found.reasons) or 'none'}; "
            f"{outcome}; hnp-etl explain FILE tells why, hnp-etl survey SRC what is there"
        )


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
