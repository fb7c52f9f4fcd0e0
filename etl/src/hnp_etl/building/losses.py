"""What a build could not read or decode, and when that is too much to commit. Pure.

A share that drops, or a worker that cannot see it, must not turn a good data set into a poor one.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hnp_etl.datasets.gate import Counted
from hnp_shared.errors import StorageError
from hnp_shared.vocabulary import UNCACHED_REASONS

MOST_LOST_SHARE = 0.01
FEWEST_LOST = 3
"""Fewer may be lost whatever share of all they are."""

_PLACES_TOLD = 3


@dataclass(frozen=True, slots=True)
class Losses:
    """What was lost.

    Attributes:
        met: files met.
        lost: reason -> files that could not be read or decoded.
        before: slices of the data set that is there.
        lost_before: how many of them lie in files that were lost.
        places: sources that lost files, by their label, the one that lost most first.
        empty: sources, by their label, below which no file is left.
    """

    met: int
    lost: Mapping[str, int]
    before: int
    lost_before: int
    places: Sequence[tuple[str, int]] = ()
    empty: Sequence[str] = ()

    def check(self) -> None:
        """Pass when little was lost.

        Raises:
            StorageError: says how much, and where.
        """
        files = sum(self.lost.values())
        told = []
        if _too_many(files, self.met):
            told.append(f"{files} of {self.met} files met ({files / self.met:.1%})")
        if _too_many(self.lost_before, self.before):
            share = self.lost_before / self.before
            told.append(f"{self.lost_before} of {self.before} slices accepted before ({share:.1%})")
        if told:
            why = [f"{name} {count}" for name, count in sorted(self.lost.items())]
            why += [f"below {label} {count}" for label, count in self.places[:_PLACES_TOLD]]
            why += [f"nothing lies below {label}" for label in self.empty[:_PLACES_TOLD]]
            raise StorageError(
                "the sources",
                f"lost {' and '.join(told)}: {', '.join(why)}; expected at most "
                f"{MOST_LOST_SHARE:.0%}; nothing was committed; is a share gone? "
                "--accept-losses goes on",
            )


def lost_reasons(found: Counted) -> dict[str, int]:
    """Return the reasons of the moment, with how many files they cost."""
    counts = {name: found.reasons.get(name, 0) for name in sorted(UNCACHED_REASONS)}
    return {name: count for name, count in counts.items() if count}


def slices_lost(before: frozenset[str], lost: Iterable[str], met: Collection[str] | None) -> int:
    """Return how many slices of a data set are lost.

    Args:
        before: its slice_ids.
        lost: slice_id of each image that was lost, or whose label was.
        met: slice_id of each image met; None when no folder was closed and no source empty, so
            that what is not met was taken away on purpose.
    """
    gone = before.difference(met) if met is not None else frozenset[str]()
    return len(gone | before.intersection(lost))


def places_of(paths: Iterable[str], labels: Sequence[str]) -> list[tuple[str, int]]:
    """Return how many of the paths lie below which source, most first."""
    tops = sorted(labels, key=len, reverse=True)
    found = Counter(
        next((top for top in tops if path == top or path.startswith(f"{top}/")), "")
        for path in paths
    )
    return sorted(found.items(), key=lambda each: (-each[1], each[0]))


def _too_many(count: int, whole: int) -> bool:
    return count >= FEWEST_LOST and count > MOST_LOST_SHARE * whole
