"""The facts of one image's header, free of any recipe: DICOM values become one flat record.

Names and units follow DICOM PS3.3: C.7.2 (study), C.7.6.3 (pixels), C.8.3 (MR), C.7.6.16
(functional groups: each frame is told for itself).
"""

import json
import math
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

from hnp_etl.dicom.elements import MEDIA_CLASS, Elements, read_elements
from hnp_etl.dicom.file_window import ReadAt
from hnp_etl.dicom.frame_facts import AT_THE_TOP, FrameFacts, size
from hnp_etl.dicom.frames import read_frames
from hnp_etl.dicom.functional_groups import PRIVATE_SCALE, TAKEN
from hnp_etl.dicom.syntaxes import EXPLICIT_LE, IMPLICIT_LE
from hnp_etl.dicom.values import CHARSET, Values
from hnp_etl.dicom.vendors import vendor_of
from hnp_etl.limits import LIMITS, Limits

_SOP_CLASS, _SOP_UID = 0x0008_0016, 0x0008_0018
_MODALITY, _MANUFACTURER = 0x0008_0060, 0x0008_0070
_STUDY_TEXT, _SERIES_TEXT = 0x0008_1030, 0x0008_103E
_PATIENT_ID, _FIELD_STRENGTH, _PROTOCOL = 0x0010_0020, 0x0018_0087, 0x0018_1030
_STUDY_UID, _SERIES_UID, _SPACE = 0x0020_000D, 0x0020_000E, 0x0020_0052
_SAMPLES, _PHOTOMETRIC, _FRAMES = 0x0028_0002, 0x0028_0004, 0x0028_0008
_ROWS, _COLUMNS = 0x0028_0010, 0x0028_0011
_ALLOCATED, _STORED, _HIGH_BIT, _SIGNED = 0x0028_0100, 0x0028_0101, 0x0028_0102, 0x0028_0103
_BURNED_IN, _MODALITY_LUT = 0x0028_0301, 0x0028_3000

_WANTED = AT_THE_TOP | frozenset(
    {CHARSET, _SOP_CLASS, _SOP_UID, _MODALITY, _MANUFACTURER, _STUDY_TEXT, _SERIES_TEXT}
    | {_PATIENT_ID, _FIELD_STRENGTH, _PROTOCOL, _STUDY_UID, _SERIES_UID, _SAMPLES, _PHOTOMETRIC}
    | {_FRAMES, _ROWS, _COLUMNS, _ALLOCATED, _STORED, _HIGH_BIT, _SIGNED, _BURNED_IN}
    | {_MODALITY_LUT, PRIVATE_SCALE, _SPACE}
)


class HeaderFacts(NamedTuple):
    """What a header tells.

    Attributes:
        study_text: Study Description; with body_part it names the region.
        echo_time_ms: None when unknown, or zero or less; likewise the other times, the field
            strength and the thickness.
        diffusion: a b-value above 0, or a gradient direction, is given.
        orientation: row and column direction cosines, six numbers.
        position_mm: centre of the first pixel, three numbers.
        row_mm: distance of the centres of neighbouring rows; column_mm likewise.
        frames: as the header says.
        frame: the one of several that this is about, from 1; 0 for a whole file.
        held: why its frames are no slices, in words; None when each is.
        per_frame: what is told of each frame, of a file of several.
        private_scale: Philips's own scale slope is there; it is left alone.
        space_uid: Frame of Reference: within one, coordinates can be compared.
        rows: None when the header does not say, likewise the other pixel attributes.
        syntax: transfer syntax UID; where the file names none, that of plain numbers if the pixel
            data have their length.
        body_offset: first byte after the file meta information.
        pixel_offset: None without pixel data.
        pixel_length: bytes, None when encapsulated.
    """

    study_uid: str | None
    series_uid: str | None
    sop_uid: str | None
    sop_class: str | None
    patient_id: str | None
    modality: str | None
    image_type: tuple[str, ...]
    body_part: str
    study_text: str
    series_text: str
    protocol_text: str
    vendor: str | None
    scanning_sequence: tuple[str, ...]
    scan_options: tuple[str, ...]
    sequence_name: str
    echo_time_ms: float | None
    repetition_time_ms: float | None
    inversion_time_ms: float | None
    diffusion: bool
    field_strength_t: float | None
    slice_thickness_mm: float | None
    orientation: tuple[float, ...] | None
    position_mm: tuple[float, ...] | None
    row_mm: float | None
    column_mm: float | None
    burned_in: bool
    frames: int
    samples: int
    photometric: str
    rows: int | None
    columns: int | None
    bits_allocated: int | None
    bits_stored: int | None
    high_bit: int | None
    signed: bool
    slope: float
    intercept: float
    modality_lut: bool
    syntax: str | None
    body_offset: int
    pixel_tag: int | None
    pixel_offset: int | None
    pixel_length: int | None
    frame: int = 0
    held: str | None = None
    per_frame: tuple[FrameFacts, ...] = ()
    private_scale: bool = False
    space_uid: str | None = None

    def to_json(self) -> str:
        """Return the record as JSON, for the private state."""
        return json.dumps(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the record that `to_json` wrote."""
        facts = cls._make(map(_plain, json.loads(text)))
        if not facts.per_frame:
            return facts
        frames = (FrameFacts._make(map(_plain, each)) for each in facts.per_frame)
        return facts._replace(per_frame=tuple(frames))

    @property
    def slices(self) -> Iterator[Self]:
        """What is told of each slice that the file may give."""
        if not self.per_frame:
            yield self
        for number in range(1, len(self.per_frame) + 1):
            yield self.of_frame(number)

    def of_frame(self, number: int) -> Self:
        """Return what is told of one frame, from 1; 0 is the file as a whole.

        Plain pixels are those of the frame alone.
        """
        if not number:
            return self
        start, length = self.pixel_offset, self.pixel_length
        if start is not None and length is not None:
            frame = (self.rows or 0) * (self.columns or 0) * (self.bits_allocated or 0) // 8
            before = (number - 1) * frame
            start, length = start + before, max(0, min(frame, length - before))
        return self._replace(
            frame=number,
            per_frame=(),
            pixel_offset=start,
            pixel_length=length,
            **self.per_frame[number - 1]._asdict(),
        )


def read_header(read_at: ReadAt, size: int, limits: Limits = LIMITS) -> HeaderFacts:
    """Read the header of a DICOM file.

    Args:
        read_at: reads from the file.
        size: of the file, bytes.
        limits: bounds on what is read.

    Raises:
        FileError: NOT_DICOM, TOO_DEEP or BAD_HEADER.
    """
    return header_facts(read_elements(read_at, size, _WANTED, TAKEN, limits))


def header_facts(elements: Elements) -> HeaderFacts:
    """Return the facts that raw elements tell.

    Raises:
        FileError: BAD_HEADER when a value that pixels depend on cannot be read.
    """
    values = Values(elements)
    frames = values.whole(_FRAMES, 1)
    told = read_frames(elements, frames)
    pixels = elements.pixels
    return HeaderFacts(
        study_uid=values.uid(_STUDY_UID),
        series_uid=values.uid(_SERIES_UID),
        sop_uid=values.uid(_SOP_UID),
        sop_class=values.uid(_SOP_CLASS) or values.uid(MEDIA_CLASS),
        patient_id=values.text(_PATIENT_ID) or None,
        modality=values.text(_MODALITY).upper() or None,
        study_text=values.text(_STUDY_TEXT),
        series_text=values.text(_SERIES_TEXT),
        protocol_text=values.text(_PROTOCOL),
        vendor=vendor_of(values.text(_MANUFACTURER)),
        field_strength_t=size(values.number(_FIELD_STRENGTH)),
        burned_in=values.text(_BURNED_IN).upper() == "YES",
        frames=frames,
        samples=values.unsigned(_SAMPLES, 1),
        photometric=values.text(_PHOTOMETRIC).upper(),
        rows=values.unsigned(_ROWS, None),
        columns=values.unsigned(_COLUMNS, None),
        bits_allocated=values.unsigned(_ALLOCATED, None),
        bits_stored=values.unsigned(_STORED, None),
        high_bit=values.unsigned(_HIGH_BIT, None),
        signed=values.unsigned(_SIGNED, 0) == 1,
        modality_lut=_MODALITY_LUT in elements.values,
        syntax=elements.syntax or _plain_syntax(elements, values),
        body_offset=elements.body_offset,
        pixel_tag=pixels.tag if pixels else None,
        pixel_offset=pixels.offset if pixels else None,
        pixel_length=pixels.length if pixels else None,
        held=told.held,
        per_frame=told.each,
        private_scale=values.has(PRIVATE_SCALE),
        space_uid=values.uid(_SPACE),
        **told.first._asdict(),
    )


def _plain(value: Any) -> Any:  # noqa: ANN401  # of any field
    return tuple(value) if isinstance(value, list) else value


def _plain_syntax(elements: Elements, values: Values) -> str | None:
    """Return the syntax of a file that names none, if its pixels are as long as plain numbers."""
    names = (_ROWS, _COLUMNS, _ALLOCATED)
    frame_bits = math.prod(values.unsigned(tag, 0) for tag in names) * values.unsigned(_SAMPLES, 1)
    length = frame_bits * values.whole(_FRAMES, 1) // 8
    if not length or elements.pixels is None or elements.pixels.length != length + length % 2:
        return None
    return EXPLICIT_LE if elements.explicit else IMPLICIT_LE
