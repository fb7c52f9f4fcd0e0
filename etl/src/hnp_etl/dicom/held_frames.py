"""Why the frames of one file are no slices: time, diffusion, a mosaic, or nobody told. Pure.

Source: DICOM PS3.3 C.7.6.16.2.2 (frame content), C.8.13.3.1.1 (image flavours of MR).
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from hnp_etl.dicom.frame_facts import FrameFacts
from hnp_etl.limits import MAX_FRAMES


class Held(StrEnum):
    """Why, in words."""

    BROKEN = "functional groups of another number of frames than the header says"
    MOSAIC = "a mosaic: slices side by side in one picture"
    MANY = f"over {MAX_FRAMES} frames, a series in time"
    UNTOLD = "several frames, and no functional group or position that tells how each lies"
    DIFFUSION = "frames of a diffusion series"
    TIME = "several frames of one place: a cine, 4D or another series in time"


_TIME_WORDS = frozenset({"CINE", "REALTIME", "FMRI", "DYNAMIC", "FLUOROSCOPY", "M_MODE"})
"""Image flavours that stand for a series in time."""

_ROUND_TO = 2
"""Digits of a position in mm: one place is told alike but for what is lost in texts."""


class Place(NamedTuple):
    """What tells frames of one file apart, as it lies in the file."""

    stack: bytes
    moment: bytes


def why_held(
    frames: int, count: int, found: Sequence[FrameFacts], places: Sequence[Place]
) -> Held | None:
    """Return why the frames are no slices, None when each is.

    Args:
        frames: as the header says.
        count: of frames that have functional groups.
        found: of each frame, or of the file where frames are not told apart.
        places: of each frame.
    """
    if any("MOSAIC" in each.image_type for each in found):
        return Held.MOSAIC
    if frames <= 1 and count <= 1:
        return None
    reasons = (
        (Held.TIME, any(_TIME_WORDS & set(each.image_type[2:]) for each in found)),
        (Held.DIFFUSION, any(each.diffusion for each in found)),
        (Held.MANY, frames > MAX_FRAMES),
        (Held.UNTOLD, not count),
        (Held.BROKEN, count != frames),
    )
    return next((held for held, holds in reasons if holds), None) or _by_place(found, places)


def _by_place(found: Sequence[FrameFacts], places: Sequence[Place]) -> Held | None:
    """Return why, as far as where the frames lie tells."""
    where = [_where(each) for each in found]
    several = not _all_differ(where)
    if several and any(each.position_mm is None for each in found):
        return Held.UNTOLD
    # echoes, and water beside fat, are pictures of one place and of one moment
    kinds = (
        (place, told.stack, each.echo_time_ms, each.inversion_time_ms, each.image_type)
        for place, told, each in zip(where, places, found, strict=True)
    )
    moments = {each.moment for each in places if each.moment}
    if (several and len(moments) > 1) or not _all_differ(list(kinds)):
        return Held.TIME
    return None


def _where(frame: FrameFacts) -> tuple[float, ...]:
    numbers = (*(frame.orientation or ()), *(frame.position_mm or ()))
    return tuple(round(number, _ROUND_TO) + 0.0 for number in numbers)


def _all_differ(things: Iterable[object]) -> bool:
    known = list(things)
    return len(set(known)) == len(known)
