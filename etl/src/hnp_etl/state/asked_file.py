"""A file that somebody asks about, as one record."""

from dataclasses import dataclass

from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.labels.label import LabelFacts
from hnp_etl.state.asked_frames import Frames
from hnp_shared.vocabulary import Kind, Reason


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that is asked about, once everything about it is known.

    Attributes:
        size: bytes.
        early: reason that needs no look inside.
        excluded: it is ignored because its path fits a pattern.
        facts: of an image that a build would read.
        partner: raw path of its label or of its image.
        step: that paired the two.
        label: what the label (its own, or the partner) says, or why it says nothing.
        table: weighting that a table of series tells.
        faults: what is wrong in its table of labels, or in the line of it that is its label.
        labels: how many labels a table holds, and how many of them belong to an image.
        detail: what was found where the file was refused, in words.
        label_detail: the same of its label.
        frames: of a file that may give several slices; what is told is of the one shown.
    """

    id: int
    kind: Kind
    hospital: str
    partition: str | None
    size: int
    early: Reason | None
    excluded: bool
    facts: HeaderFacts | None
    partner: bytes | None
    step: str | None
    label: LabelFacts | Reason | None
    table: str | None
    faults: tuple[str, ...] = ()
    labels: tuple[int, int] | None = None
    detail: str | None = None
    label_detail: str | None = None
    frames: Frames | None = None
