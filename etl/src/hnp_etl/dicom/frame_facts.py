"""What a header tells of one frame: how it lies, how it was taken, what its numbers mean.

In a file of one frame that is what the whole file tells.
Source: DICOM PS3.3 C.7.6.2 (plane), C.8.3 (MR), C.8.13 (enhanced MR), C.11.1 (rescale).
"""

from typing import NamedTuple

from hnp_etl.dicom.functional_groups import (
    ANATOMY,
    CONTRAST,
    DIRECTIONALITY,
    FRAME_TYPE,
    INVERSION,
    INVERSION_TIMES,
    SUPPRESSION,
)
from hnp_etl.dicom.values import Values

_IMAGE_TYPE, _BODY_PART = 0x0008_0008, 0x0018_0015
_SEQUENCE, _OPTIONS, _SEQUENCE_NAME = 0x0018_0020, 0x0018_0022, 0x0018_0024
_THICKNESS, _REPETITION, _INVERSION = 0x0018_0050, 0x0018_0080, 0x0018_0082
_ECHO, _EFFECTIVE_ECHO = 0x0018_0081, 0x0018_9082
_ECHO_PULSE, _ECHO_PLANAR = 0x0018_9008, 0x0018_9018
_B_VALUE, _GRADIENT = 0x0018_9087, 0x0018_9089
_POSITION, _ORIENTATION, _SPACING = 0x0020_0032, 0x0020_0037, 0x0028_0030
_INTERCEPT, _SLOPE = 0x0028_1052, 0x0028_1053

AT_THE_TOP = frozenset(
    {_IMAGE_TYPE, _BODY_PART, _SEQUENCE, _OPTIONS, _SEQUENCE_NAME, _THICKNESS, _REPETITION}
    | {
        _INVERSION,
        _ECHO,
        _EFFECTIVE_ECHO,
        _ECHO_PULSE,
        _ECHO_PLANAR,
        _B_VALUE,
        _GRADIENT,
        _POSITION,
    }
    | {_ORIENTATION, _SPACING, _INTERCEPT, _SLOPE, CONTRAST}
)
"""Elements of these that are read where no functional group has them."""

_PULSES = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("GR", "SE")}
"""Echo Pulse Sequence (PS3.3 C.8.13.4.1) -> terms of Scanning Sequence, which enhanced MR lacks."""

_WEIGHTED = frozenset({"DIRECTIONAL", "BMATRIX", "ISOTROPIC"})


class FrameFacts(NamedTuple):
    """What is told of one frame; fields are those of `HeaderFacts` that differ between frames."""

    image_type: tuple[str, ...]
    body_part: str
    scanning_sequence: tuple[str, ...]
    scan_options: tuple[str, ...]
    sequence_name: str
    echo_time_ms: float | None
    repetition_time_ms: float | None
    inversion_time_ms: float | None
    diffusion: bool
    slice_thickness_mm: float | None
    orientation: tuple[float, ...] | None
    position_mm: tuple[float, ...] | None
    row_mm: float | None
    column_mm: float | None
    slope: float
    intercept: float


def frame_facts(values: Values, *, in_groups: bool = False) -> FrameFacts:
    """Return what is told of a frame.

    Args:
        values: of the frame.
        in_groups: it is one of several: what its groups tell of the echo goes before the classic
            element, which then is a leftover of all of them.

    Raises:
        FileError: BAD_HEADER when a value that pixels depend on cannot be read.
    """
    spacing = values.numbers(_SPACING, 2)
    classic = size(values.number(_ECHO))
    effective = size(values.double(_EFFECTIVE_ECHO)) if in_groups or not classic else None
    return FrameFacts(
        image_type=values.words(FRAME_TYPE if values.has(FRAME_TYPE) else _IMAGE_TYPE),
        body_part=values.text(_BODY_PART) or values.text(ANATOMY),
        scanning_sequence=values.words(_SEQUENCE) or _pulses(values),
        scan_options=(*values.words(_OPTIONS), *_suppression(values)),
        sequence_name=values.text(_SEQUENCE_NAME),
        echo_time_ms=effective or classic,
        repetition_time_ms=size(values.number(_REPETITION)),
        inversion_time_ms=size(values.number(_INVERSION)) or _inversion_time(values),
        diffusion=_diffusion(values),
        slice_thickness_mm=size(values.number(_THICKNESS)),
        orientation=values.numbers(_ORIENTATION, 6),
        position_mm=values.numbers(_POSITION, 3),
        row_mm=spacing[0] if spacing and min(spacing) > 0 else None,
        column_mm=spacing[1] if spacing and min(spacing) > 0 else None,
        slope=values.exact(_SLOPE, 1.0),
        intercept=values.exact(_INTERCEPT, 0.0),
    )


def size(number: float | None) -> float | None:
    """Return a time, a strength or a thickness; zero or less stands where none was known."""
    return number if number is not None and number > 0 else None


def _pulses(values: Values) -> tuple[str, ...]:
    """Return what enhanced MR tells of the sequence, in the terms of classic MR."""
    if not any(map(values.has, (_ECHO_PULSE, _ECHO_PLANAR, INVERSION))):
        return ()  # nearly every header is a classic one
    return (
        *_PULSES.get(values.text(_ECHO_PULSE).upper(), ()),
        *(("EP",) if values.text(_ECHO_PLANAR).upper() == "YES" else ()),
        *(("IR",) if values.text(INVERSION).upper() == "YES" else ()),
    )


def _suppression(values: Values) -> tuple[str, ...]:
    """Return FS where fat is suppressed: `FAT`, `FAT AND WATER` (PS3.3 C.8.13.5.4)."""
    fat = values.has(SUPPRESSION) and values.text(SUPPRESSION).upper().startswith("FAT")
    return ("FS",) if fat else ()


def _inversion_time(values: Values) -> float | None:
    told = values.has(INVERSION) and values.text(INVERSION).upper() == "YES"
    return size(values.double(INVERSION_TIMES)) if told else None


def _diffusion(values: Values) -> bool:
    if values.has(CONTRAST) and values.words(CONTRAST)[:1] == ("DIFFUSION",):
        return True
    if values.has(DIRECTIONALITY) and values.text(DIRECTIONALITY).upper() in _WEIGHTED:
        return True
    b_value = values.double(_B_VALUE)
    return b_value is not None and (b_value > 0 or values.has(_GRADIENT))
