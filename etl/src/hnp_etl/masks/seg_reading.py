"""DICOM Segmentations: their segments as classes, frame by frame of the images they are of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from highdicom.seg import Segmentation, segread

from hnp_etl.clinic.silence import silenced
from hnp_etl.masks.classes import NAMES
from hnp_etl.masks.files import content
from hnp_shared.errors import InputError
from hnp_shared.mask_set import CLASS_NAMES, DISC, LabelMaps

_WORDS: tuple[tuple[str, str], ...] = (
    ("nucleus", "nucleus"),
    ("annulus", "annulus"),
    ("anulus", "annulus"),
    ("thecal", "sac"),
    ("dural", "sac"),
    ("sac", "sac"),
    ("posterior", "posterior elements"),
    ("arch", "posterior elements"),
    ("ligament", "ligament"),
    ("flavum", "ligament"),
    ("disc", DISC),
    ("disk", DISC),
)
"""Word in a segment's label, or in the name of its code -> what it is, the first that holds."""

_LAST = (DISC, "annulus", "nucleus")
"""A disc is laid down first, what lies within it over it."""


@dataclass(frozen=True, slots=True, eq=False)
class SegFile:
    """A segmentation.

    Attributes:
        segments: number -> class by name, of those that are known.
        strange: segments that mean nothing to us.
    """

    document: Segmentation
    segments: Mapping[int, str]
    strange: int

    @property
    def told(self) -> tuple[str, ...]:
        """What it outlines."""
        order = (DISC, *CLASS_NAMES.values())
        return tuple(sorted(set(self.segments.values()), key=order.index))

    def sources(self) -> Iterator[str]:
        """Yield the SOPInstanceUID of each image that it is of."""
        for _, _, uid in self.document.get_source_image_uids():
            yield str(uid)

    def mask(self, sop_uid: str, frame: int) -> LabelMaps:
        """Return the classes of one image, (row, column).

        Raises:
            InputError: they cannot be read.
        """
        numbers = list(self.segments)
        try:
            with silenced():
                planes = self._planes(sop_uid, frame, numbers)
        except Exception as error:  # highdicom raises anything over odd files
            raise InputError("a segmentation cannot be read") from error
        mask = np.zeros(planes.shape[:2], np.uint8)
        order = sorted(range(len(numbers)), key=lambda at: _rank(self.segments[numbers[at]]))
        for place in order:
            mask[planes[..., place] > 0] = NAMES[self.segments[numbers[place]]]
        return mask

    def _planes(self, sop_uid: str, frame: int, numbers: list[int]) -> Any:  # noqa: ANN401
        asked: dict[str, Any] = {
            "segment_numbers": numbers,
            "ignore_spatial_locations": True,
            "assert_missing_frames_are_empty": True,
        }
        if frame:
            return self.document.get_pixels_by_source_frame(sop_uid, [frame], **asked)[0]
        return self.document.get_pixels_by_source_instance([sop_uid], **asked)[0]


def read_seg(path: Path) -> SegFile | None:
    """Return a segmentation; None where a file is none.

    Raises:
        InputError: it is too large.
        StorageError: it could not be read.
    """
    found = content(path)
    try:
        with silenced():
            document = segread(BytesIO(found))
            names = {
                number: _meaning(document.get_segment_description(number))
                for number in document.segment_numbers
            }
    except Exception:  # noqa: BLE001  # over damaged bytes libraries raise anything
        return None
    known = {number: name for number, name in names.items() if name}
    return SegFile(document, known, len(names) - len(known))


def _meaning(description: Any) -> str | None:  # noqa: ANN401  # highdicom has no types
    texts = (description.segment_label, description.segmented_property_type.meaning)
    for text in texts:
        for word, name in _WORDS:
            if word in str(text).casefold():
                return name
    return None


def _rank(name: str) -> int:
    return _LAST.index(name) if name in _LAST else -1
