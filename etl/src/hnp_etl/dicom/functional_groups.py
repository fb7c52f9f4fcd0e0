"""What is taken of the functional groups of an enhanced image, and where in them it stands.

A group is found by its place alone: what else nests there, a maker's private copy of the header
or a list of referenced images, has elements of the same names that mean something else.
Source: DICOM PS3.3 C.7.6.16 (groups), C.8.13.5 (those of MR), C.7.6.16.2.25 (what a converted
classic image had besides).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hnp_etl.dicom.element_form import Raw
from hnp_etl.limits import MAX_FRAMES

Taken = Mapping[tuple[int, ...], frozenset[int]]

SHARED, PER_FRAME = 0x5200_9229, 0x5200_9230

_CLASSIC = frozenset(
    {0x0008_0008, 0x0018_0020, 0x0018_0022, 0x0018_0024, 0x0018_0050, 0x0018_0080, 0x0018_0081}
    | {0x0018_0082, 0x0018_9087, 0x0018_9089, 0x0020_0032, 0x0020_0037, 0x0028_0030}
    | {0x0028_1052, 0x0028_1053}
)
"""Elements that a conversion may not know where to put: they stand as they did."""

STACK, TEMPORAL_INDEX = 0x0020_9056, 0x0020_9128
FRAME_TYPE, CONTRAST = 0x0008_9007, 0x0008_9209
DIRECTIONALITY, INVERSION_TIMES = 0x0018_9075, 0x0018_9079
INVERSION, SUPPRESSION = 0x0018_9009, 0x0018_9025
ANATOMY = 0x0008_0104
PRIVATE_SCALE = 0x2005_100E
"""Philips's own scale slope: by it, not by Rescale Slope, images of two series would compare."""

TAKEN: Taken = {
    (0x0020_9111,): frozenset({STACK, TEMPORAL_INDEX}),  # Frame Content
    (0x0020_9113,): frozenset({0x0020_0032}),  # Plane Position
    (0x0020_9116,): frozenset({0x0020_0037}),  # Plane Orientation
    (0x0028_9110,): frozenset({0x0018_0050, 0x0028_0030}),  # Pixel Measures
    (0x0028_9145,): frozenset({0x0028_1052, 0x0028_1053}),  # Pixel Value Transformation
    (0x0018_9226,): frozenset({FRAME_TYPE, CONTRAST}),  # MR Image Frame Type
    (0x0018_9112,): frozenset({0x0018_0080}),  # MR Timing and Related Parameters
    (0x0018_9114,): frozenset({0x0018_9082}),  # MR Echo
    (0x0018_9115,): frozenset({INVERSION, INVERSION_TIMES, SUPPRESSION}),  # MR Modifier
    (0x0018_9117,): frozenset({DIRECTIONALITY, 0x0018_9087}),  # MR Diffusion
    (0x0018_9117, 0x0018_9076): frozenset({0x0018_9089}),  # its gradient direction
    (0x0020_9071, 0x0008_2218): frozenset({ANATOMY}),  # Frame Anatomy, Anatomic Region
    (0x2005_140F,): frozenset({PRIVATE_SCALE}),  # Philips's private copy of a classic header
    (0x0020_9170,): _CLASSIC,  # Unassigned Shared Converted Attributes
    (0x0020_9171,): _CLASSIC,  # Unassigned Per-Frame Converted Attributes
}
"""Sequences from a group's item down -> elements that are taken there."""

_NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Groups:
    """The functional groups of one image, as a walk through them fills them.

    Attributes:
        wanted: what is taken, and where.
        shared: tag -> raw value, of the groups that all frames share.
        frames: likewise of each frame's own groups, of at most `MAX_FRAMES`.
        count: how many frames have groups.
    """

    wanted: Taken
    shared: dict[int, Raw] = field(default_factory=dict)
    frames: list[dict[int, Raw]] = field(default_factory=list)
    count: int = 0

    def enter(self, sequences: Sequence[int]) -> None:
        """Note that an item begins.

        Args:
            sequences: that are open, from the top level down, each with 0 for its item behind it.
        """
        if len(sequences) == 2 and sequences[0] == PER_FRAME:
            self.count += 1
            if self.count <= MAX_FRAMES:
                self.frames.append({})

    def taken_at(self, sequences: Sequence[int]) -> tuple[frozenset[int], dict[int, Raw]]:
        """Return the tags that are taken in an item, and where their values go."""
        if sequences[0] not in (SHARED, PER_FRAME) or len(sequences) % 2:
            return _NONE, self.shared  # within a sequence and no item of it, nothing stands
        taken = self.wanted.get(tuple(sequences[2::2]), _NONE)
        if sequences[0] == SHARED:
            return taken, self.shared
        return (taken if self.count <= MAX_FRAMES else _NONE), self.frames[-1]
