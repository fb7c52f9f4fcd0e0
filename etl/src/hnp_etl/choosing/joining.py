"""Which patient values are one person because they share a study. Pure.

A StudyInstanceUID names one study of one person (PS3.3 C.7.2.1), but an anonymiser may write one
constant into every file: values that it alone holds together would make one person of a hospital.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

FEWEST_TOO_MANY = 3
MOST_JOINED_SHARE = 0.5
"""So many values, and more than this share of a hospital's, are not joined."""

Study = tuple[str, str]
"""Where values mean the same (a hospital, or "" for everywhere), and a StudyInstanceUID there."""

Value = tuple[str, str]
"""Where values mean the same, and a patient value there."""


class Member(NamedTuple):
    """A patient value that a study has in one hospital."""

    hospital: str
    patient: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many values of a hospital share studies.

    Attributes:
        patients: whom they became; as many as the values where they were not joined.
        studies: that they share.
    """

    values: int
    patients: int
    studies: int


@dataclass(slots=True)
class Joining:
    """What was joined and what was not.

    Attributes:
        becomes: patient value -> the one of its person, for every value that shares a study.
        apart: those of `becomes` that belong to somebody who was not joined.
        joined, refused: hospital -> how many.
    """

    becomes: dict[Value, str] = field(default_factory=dict)
    apart: frozenset[Value] = frozenset()
    joined: dict[str, Count] = field(default_factory=dict)
    refused: dict[str, Count] = field(default_factory=dict)


def join_values(shared: Mapping[Study, list[Member]], totals: Mapping[str, int]) -> Joining:
    """Join the values that share a study, unless that makes one person of most of a hospital.

    Args:
        shared: studies of several values, with these.
        totals: hospital -> how many patient values it has.
    """
    studies = {study for study, members in shared.items() if _fits(members, totals)}
    union = _united(shared, studies)
    groups: dict[Value, set[Member]] = {}
    for study in studies:
        groups.setdefault(union.root(_values(study, shared[study])[0]), set()).update(shared[study])
    sound = {root for root, members in groups.items() if _fits(members, totals)}
    studies = {s for s in studies if union.root(_values(s, shared[s])[0]) in sound}
    union = _united(shared, studies)
    found = Joining()
    for study, members in shared.items():
        for value in _values(study, members):
            found.becomes[value] = union.root(value)[1]
    refused = {study: members for study, members in shared.items() if study not in studies}
    lone = {value for study, members in refused.items() for value in _values(study, members)}
    whole = {union.root(value) for value in lone}
    found.apart = frozenset(value for value in found.becomes if union.root(value) in whole)
    found.joined = dict(_counts({s: shared[s] for s in studies}, found.becomes))
    found.refused = dict(_counts(refused, {}))
    return found


@dataclass(slots=True)
class _Union:
    """Disjoint sets of patient values; the smallest by bytes names a set."""

    parent: dict[Value, Value] = field(default_factory=dict)

    def root(self, value: Value) -> Value:
        while (above := self.parent.get(value, value)) != value:
            # Halve the path, or a chain of studies, each with the next one's patient, takes squares
            self.parent[value] = self.parent.get(above, above)
            value = above
        return value

    def join(self, one: Value, other: Value) -> None:
        first, second = sorted(
            (self.root(one), self.root(other)),
            key=lambda value: value[1].encode("utf-8", "surrogateescape"),
        )
        if first != second:
            self.parent[second] = first


def _united(shared: Mapping[Study, list[Member]], studies: Iterable[Study]) -> _Union:
    union = _Union()
    for study in studies:
        first, *others = _values(study, shared[study])
        for other in others:
            union.join(first, other)
    return union


def _values(study: Study, members: Iterable[Member]) -> list[Value]:
    return [(study[0], member.patient) for member in members]


def _fits(members: Iterable[Member], totals: Mapping[str, int]) -> bool:
    found = Counter(member.hospital for member in set(members))
    return not any(
        count >= FEWEST_TOO_MANY and count > MOST_JOINED_SHARE * totals[hospital]
        for hospital, count in found.items()
    )


def _counts(
    studies: Mapping[Study, list[Member]], becomes: Mapping[Value, str]
) -> Iterator[tuple[str, Count]]:
    """Yield hospitals, ascending, in which a study has several values."""
    uids: dict[str, set[Study]] = {}
    values: dict[str, set[Value]] = {}
    for study, members in studies.items():
        here = Counter(member.hospital for member in members)
        for member in members:
            if here[member.hospital] > 1:
                uids.setdefault(member.hospital, set()).add(study)
                values.setdefault(member.hospital, set()).add((study[0], member.patient))
    for hospital, found in sorted(values.items()):
        people = {(place, becomes.get((place, patient), patient)) for place, patient in found}
        yield hospital, Count(len(found), len(people), len(uids[hospital]))
