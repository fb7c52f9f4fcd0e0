"""How many files, studies and patients are left after each gate of a build: a STROBE flow.

Source: von Elm E et al., The STROBE statement, Lancet 2007, item 13.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from hnp_shared.vocabulary import Reason

GATES: Mapping[str, Reason | None] = {
    "met": Reason.TOO_LARGE,
    "readable_mr": Reason.NOT_MR,
    "lumbar": Reason.NOT_LUMBAR,
    "axial": Reason.NOT_AXIAL,
    "t2": Reason.MULTI_FRAME,
    "labelled": Reason.CODE_UNMAPPED,
    "at_a_disc": Reason.MISSING_FIELD,
    "decoded": Reason.FLAT_IMAGE,
    "accepted": None,
}
"""Gate -> the last reason, in the order of `Reason`, that keeps a file from passing it; what was
accepted has passed all. Every file that was met has passed the first."""

_PLACES = {reason: place for place, reason in enumerate(Reason)}
_LAST = [_PLACES[last] for last in list(GATES.values())[1:] if last is not None]


@dataclass(frozen=True, slots=True)
class Left:
    """What is left after a gate.

    Attributes:
        files: images.
        studies: distinct studies of those whose header could be read.
        patients: distinct patient values of those that have one; None where values tell no
            persons apart.
    """

    files: int
    studies: int
    patients: int | None

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Self:
        """Return the record of its JSON form.

        Raises:
            TypeError: counts are no whole numbers.
        """
        patients = found["patients"]
        counts = (found["files"], found["studies"], 0 if patients is None else patients)
        if not all(type(count) is int for count in counts):
            raise TypeError("flow")
        return cls(found["files"], found["studies"], patients)


Flow = Mapping[str, Mapping[str, Left]]
"""Hospital -> gate -> what is left after it."""


def last_gate(reason: Reason | None) -> int:
    """Return the number of the last gate that a file has passed; None: it was accepted.

    >>> [last_gate(one) for one in (Reason.EMPTY, Reason.NOT_MR, Reason.NOT_T2, None)]
    [0, 0, 3, 8]
    """
    if reason is None:
        return len(GATES) - 1
    return sum(_PLACES[reason] > last for last in _LAST)


def parse_flow(found: Mapping[str, Any]) -> Flow:
    """Return the record of its JSON form.

    Raises:
        KeyError: a gate is missing.
        TypeError: counts are no whole numbers.
    """
    return {
        str(hospital): {gate: Left.parse(gates[gate]) for gate in GATES}
        for hospital, gates in found.items()
    }


def flow_to_plain(flow: Flow) -> dict[str, Any]:
    """Return what dataset.json says."""
    return {
        hospital: {gate: asdict(left) for gate, left in gates.items()}
        for hospital, gates in flow.items()
    }


def merged_flow(flows: Iterable[Flow]) -> Flow:
    """Return the flow of data sets that share neither file nor patient."""
    merged: dict[str, dict[str, Left]] = {}
    for flow in flows:
        for hospital, gates in flow.items():
            have = merged.get(hospital)
            merged[hospital] = {
                gate: left if have is None else _added(have[gate], left)
                for gate, left in gates.items()
            }
    return dict(sorted(merged.items()))


def _added(one: Left, other: Left) -> Left:
    known = one.patients is not None and other.patients is not None
    patients = (one.patients or 0) + (other.patients or 0)
    return Left(one.files + other.files, one.studies + other.studies, patients if known else None)
