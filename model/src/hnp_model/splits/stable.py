"""Parts that do not depend on who else is in the data set, of `hnp-train split --stable`.

A group (patients who share images or a study, see `grouping`) takes the part that a hash of its
smallest patient_id falls on. Nobody else counts, so a patient who is added moves nobody. How many
patients and which classes a part gets is left to chance: it comes close to the ratios as patients
are many.

The one exception is an added patient who shares an image with an old one: they are one group from
then on, and its smallest patient_id may be the new one. An earlier split settles that: a group goes
where the smallest of the patients it names is. Only when a group joins patients of different parts
must some of them move; `find_moved` tells who.
"""

import hmac
import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings
from hnp_shared.counted import counted, some
from hnp_shared.errors import InputError
from hnp_shared.splits import Split

DRAW_BITS = 53
"""Bits of the hash that are read as a number: all that a float holds without rounding up to 1."""

EMPTY_CHANCE = 0.05
"""Chance of an empty part that is small enough to advise a number of patients."""

Places = Mapping[str, str]
"""patient_id -> part."""


def allot_by_hash(
    slices: Slices,
    groups: npt.NDArray[np.int64],
    shares: Mapping[str, float],
    seed: int,
    earlier: Places,
) -> Strings:
    """Return the part of each slice, (slice,).

    Args:
        slices: all slices.
        groups: (slice,), from `grouping.group_slices`.
        shares: part -> its share of the groups, of sum 1, in the order in which draws are cut.
        seed: the key of the hash.
        earlier: patients whose part is known; empty when there is no earlier split.

    Raises:
        InputError: the hash leaves a part empty.
    """
    cuts = np.cumsum(list(shares.values()))[:-1]
    names = list(shares)
    parts = np.empty(int(groups.max()) + 1, dtype=np.array(names).dtype)
    for group, members in enumerate(_members(slices, groups)):
        known = [patient_id for patient_id in members if patient_id in earlier]
        drawn = names[int(np.searchsorted(cuts, draw(members[0], seed), side="right"))]
        parts[group] = earlier[known[0]] if known else drawn
    empty = sorted(set(names) - set(parts.tolist()))
    if empty:
        raise InputError(
            f"a stable split of {counted(parts.size, 'patient')} that share no image or study "
            f"leaves part {some(empty)} empty, expected some in each: {enough_groups(shares):,} "
            "patients or more (no part is empty then, 19 times in 20), or another --seed"
        )
    return parts[groups]


def enough_groups(shares: Mapping[str, float]) -> int:
    """Return how many groups leave some part empty at most once in 20 times.

    The sum over parts of the chance that all draws miss one bounds it.

    >>> enough_groups({"train": 0.6, "val": 0.2, "test": 0.2})
    17
    """
    count = len(shares)
    while sum((1 - share) ** count for share in shares.values()) > EMPTY_CHANCE:
        count += 1
    return count


def draw(patient_id: str, seed: int) -> float:
    """Return a number in 0..1 (1 left out) that depends on the two alone."""
    digest = hmac.digest(str(seed).encode(), patient_id.encode(), "sha256")
    number = int.from_bytes(digest, "big") >> (8 * len(digest) - DRAW_BITS)
    return math.ldexp(number, -DRAW_BITS)


def places_of(earlier: Split, names: Sequence[str]) -> Places:
    """Return where the patients of an earlier split are.

    Raises:
        InputError: it is by slice, or has other parts than ``names``.
    """
    if earlier.unit != "patient":
        raise InputError("the earlier split is by slice, expected one by patient")
    others = sorted(set(earlier.parts.values()) - set(names))
    if others:
        raise InputError(
            f"the earlier split has part {others[0]}, expected no others than {', '.join(names)}"
        )
    return earlier.parts


def find_moved(earlier: Places, parts: Places) -> tuple[str, ...]:
    """Return the patients of both splits that have changed their part, sorted."""
    shared = earlier.keys() & parts.keys()
    return tuple(sorted(name for name in shared if earlier[name] != parts[name]))


def _members(slices: Slices, groups: npt.NDArray[np.int64]) -> Sequence[Sequence[str]]:
    """Return the patients of each group, sorted."""
    patients, first = np.unique(slices.patient_id, return_index=True)
    members: list[list[str]] = [[] for _ in range(int(groups.max()) + 1)]
    for patient_id, group in zip(patients.tolist(), groups[first].tolist(), strict=True):
        members[group].append(patient_id)
    return members
