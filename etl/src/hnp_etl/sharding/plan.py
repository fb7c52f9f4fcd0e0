"""Which patients share a shard: a binary tree on the bits of patient_id. Pure.

A node is a shard when its patients have few enough slices, so adding a patient changes the shard
it falls into, or splits it in two, and no other.
"""

from collections.abc import Iterator, Sequence

from hnp_etl.limits import MAX_PATIENT_SLICES, SHARD_SLICES
from hnp_shared.errors import InputError

_ID_BITS = 128

PatientCount = tuple[str, int]
"""A patient_id and its number of slices."""


def plan_shards(patients: Sequence[PatientCount]) -> list[tuple[str, str]]:
    """Return for each shard its first and last patient_id, the largest shard first.

    So a worker that is left alone at the end is left with little.

    Args:
        patients: ascending by id, each with at least one slice.

    Raises:
        InputError: one patient has more slices than a person can.
    """
    largest = max((count for _, count in patients), default=0)
    if largest > MAX_PATIENT_SLICES:
        raise InputError(
            f"{largest} slices share one patient value, expected at most {MAX_PATIENT_SLICES}; "
            "look at [identity] patient in the recipe"
        )
    groups = sorted(_split(patients, 0), key=_slices, reverse=True) if patients else []
    return [(group[0][0], group[-1][0]) for group in groups]


def _slices(patients: Sequence[PatientCount]) -> int:
    return sum(count for _, count in patients)


def _split(patients: Sequence[PatientCount], depth: int) -> Iterator[Sequence[PatientCount]]:
    if len(patients) == 1 or _slices(patients) <= SHARD_SLICES:
        yield patients
        return
    bit = 1 << (_ID_BITS - 1 - depth)
    middle = sum(1 for name, _ in patients if not int(name, 16) & bit)
    for half in (patients[:middle], patients[middle:]):
        if half:
            yield from _split(half, depth + 1)
