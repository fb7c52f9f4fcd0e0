"""The frames of one file, each with what its own functional groups tell. Pure."""

from collections.abc import Mapping
from typing import NamedTuple

from hnp_etl.dicom.element_form import Raw
from hnp_etl.dicom.elements import Elements
from hnp_etl.dicom.frame_facts import FrameFacts, frame_facts
from hnp_etl.dicom.functional_groups import STACK, TEMPORAL_INDEX
from hnp_etl.dicom.held_frames import Held, Place, why_held
from hnp_etl.dicom.values import Values

_TOLD_APART = (None, Held.TIME, Held.DIFFUSION)
"""Each frame is told for itself where these hold: which of them would have been wanted shows."""


class Frames(NamedTuple):
    """What is told of frames.

    Attributes:
        first: of the first one, or of the whole file.
        held: why they are no slices.
        each: of every one; none in a file of one frame, or where they are not told apart.
    """

    first: FrameFacts
    held: Held | None
    each: tuple[FrameFacts, ...]


def read_frames(elements: Elements, frames: int) -> Frames:
    """Return what elements tell of so many frames.

    Raises:
        FileError: BAD_HEADER when a value that pixels depend on cannot be read.
    """
    groups = elements.groups
    if frames <= 1 or not groups.frames:
        first = frame_facts(Values(elements))
        return Frames(first, why_held(frames, groups.count, [first], ()), ())
    found = tuple(frame_facts(Values(elements, each), in_groups=True) for each in groups.frames)
    held = why_held(
        frames, groups.count, found, [_place(each, groups.shared) for each in groups.frames]
    )
    return Frames(found[0], held, found if held in _TOLD_APART else ())


def _place(frame: Mapping[int, Raw], shared: Mapping[int, Raw]) -> Place:
    raw = (frame.get(tag) or shared.get(tag) for tag in (STACK, TEMPORAL_INDEX))
    return Place(*(each.value.strip(b" ") if each else b"" for each in raw))
