"""Settles equal pictures within one patient: one stays, unless their labels differ. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from hnp_shared.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Picture:
    """What tells one slice from a copy of another.

    Attributes:
        path: bytes by which paths are compared; the first stays, and of one file the first frame.
        finding: level and label code.
        excluded: whether a reader leaves it out.
    """

    patient_id: str
    path: bytes
    sha256: str
    finding: tuple[int | None, str | None]
    excluded: bool = False
    frame: int = 0


def settle_copies(pictures: Sequence[Picture]) -> list[Reason | None]:
    """Return for each picture None when it stays, or why it does not.

    Why: EXCLUDED when a reader leaves one of its copies out, LABEL_REJECTED, DUPLICATE.
    """
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        groups[picture.patient_id, picture.sha256].append(index)
    verdicts: list[Reason | None] = [None] * len(pictures)
    for members in groups.values():
        findings = {pictures[index].finding for index in members}
        first = min(members, key=lambda index: (pictures[index].path, pictures[index].frame))
        for index in members:
            if any(pictures[each].excluded for each in members):
                verdicts[index] = Reason.EXCLUDED
            elif len(findings) > 1:
                verdicts[index] = Reason.LABEL_REJECTED
            elif index != first:
                verdicts[index] = Reason.DUPLICATE
    return verdicts
