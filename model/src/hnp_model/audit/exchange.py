"""Labels that mean nothing: each person gets another's.

Permuting the labels of slices would not do: it tears apart what leakage lives on, that slices of
one disc have the same label, and discs of one person similar ones. So a person's whole list goes to
one other person, whoever that is: were it to go only to one with as many discs, a hospital that
takes more pictures would keep its own share of positives.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.audit.discs import Discs, Indices, group_discs
from hnp_model.data.slices import Slices


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Everybody's discs by place, so that lists of any two people can be exchanged.

    Attributes:
        person: (disc,), whose it is.
        place: (disc,), its place in a list.
        table: (person, place), the disc that stands there; who has none has one of the own discs of
            the nearest level there.
    """

    person: Indices
    place: Indices
    table: Indices

    def taken_from(self, giver: Indices) -> Indices:
        """Return the disc that each disc takes its value from, (disc,).

        Args:
            giver: (person,), whose list each person gets.
        """
        return self.table[giver[self.person], self.place]


def lists_by_level(discs: Discs) -> Lists:
    """Return lists in which a disc stands for its level."""
    places = np.stack([discs.level, _count_up(discs.person, discs.level)])
    kinds, place = np.unique(places, axis=1, return_inverse=True)
    people = np.split(np.arange(len(discs)), np.flatnonzero(np.diff(discs.person)) + 1)
    table = np.stack([_nearest(own, discs.level[own], kinds) for own in people])
    return Lists(discs.person, place.astype(np.int64), table)


def lists_in_any_order(discs: Discs, random: np.random.Generator) -> Lists:
    """Return lists in which a disc stands anywhere, so that its level tells nothing any more."""
    order = np.lexsort((random.random(len(discs)), discs.person))
    first = np.flatnonzero(np.diff(discs.person, prepend=-1))
    count = np.diff(first, append=len(discs))
    place = np.empty(len(discs), dtype=np.int64)
    place[order] = np.arange(len(discs)) - first[discs.person]
    wanted = np.arange(count.max())
    table = order[first[:, None] + wanted % count[:, None]]
    return Lists(discs.person, place, table)


def permute_labels(
    slices: Slices, seed: int, *, across_discs: bool = False
) -> npt.NDArray[np.bool_]:
    """Return the truth with people's lists of labels exchanged by disc, (slice,).

    Nobody keeps the own list, unless alone. Where the giver has fewer discs some of them count
    again, where more some are left out.

    Args:
        slices: all slices.
        seed: decides who gets whose list.
        across_discs: whether the discs of both are shuffled first, so that the disc tells nothing
            any more either; slices of one disc stay together.
    """
    discs = group_discs(slices)
    random = np.random.default_rng(seed)
    lists = lists_in_any_order(discs, random) if across_discs else lists_by_level(discs)
    ring = random.permutation(len(lists.table))
    giver = np.empty_like(ring)
    giver[ring] = np.roll(ring, 1)  # each in a shuffled ring takes its neighbour's
    return discs.truth[lists.taken_from(giver)][discs.of_slice]


def _count_up(person: Indices, level: Indices) -> Indices:
    """Return how many discs of the same person and level come before, (disc,)."""
    order = np.lexsort((level, person))  # stable: discs of one level in the order of studies
    alike = np.stack([person[order], level[order]])
    starts = np.flatnonzero(np.append(True, (np.diff(alike) != 0).any(axis=0)))
    counts = np.empty_like(person)
    counts[order] = np.arange(person.size) - np.repeat(starts, np.diff(starts, append=person.size))
    return counts


def _nearest(own: Indices, level: Indices, kinds: Indices) -> Indices:
    """Return the disc of one person for each place, (place,).

    Args:
        own: (own disc,), numbers of the discs.
        level: (own disc,).
        kinds: (2, place), level and how many of that level come before.
    """
    chosen = []
    for wanted, number in kinds.T.tolist():
        away = np.abs(level - wanted)
        near = own[away == away.min()]
        chosen.append(near[number % near.size])
    return np.array(chosen)
