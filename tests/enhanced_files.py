"""Writes enhanced multi-frame MR files (DICOM PS3.3 A.36.2): one picture and one place a frame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, EnhancedMRImageStorage

from dicom_files import (
    BIG_ENDIAN,
    EXPLICIT,
    Pixels,
    compressed_frame,
    dicom_dataset,
    file_bytes,
    picture,
)

AXIAL = ("1", "0", "0", "0", "1", "0")
SAGITTAL = ("0", "1", "0", "0", "0", "-1")
_IN_GROUPS = (
    *("EchoTime", "RepetitionTime", "ImageOrientationPatient", "ImagePositionPatient"),
    *("PixelSpacing", "SliceThickness", "ScanningSequence"),
)


@dataclass(frozen=True)
class Frame:
    """What is written of one frame.

    Attributes:
        kind: of Frame Type.
        groups: further sequences -> attributes of their item.
    """

    pixels: Pixels = field(default_factory=picture)
    position: Sequence[str] = ("-100", "-100", "50")
    orientation: Sequence[str] = AXIAL
    echo_ms: float = 100.0
    repetition_ms: str = "4000"
    thickness: str = "4"
    spacing: Sequence[str] = ("0.5", "0.5")
    rescale: tuple[str, str] | None = None
    kind: Sequence[str] = ("ORIGINAL", "PRIMARY", "T2", "NONE")
    stack: str | None = None
    moment: int | None = None
    groups: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def stack_of(count: int, *, gap_mm: float = 5.0) -> list[Frame]:
    """Return axial T2 frames, one above the other, each of another picture."""
    return [
        Frame(picture(seed=number), ("-100", "-100", f"{gap_mm * number:g}"))
        for number in range(count)
    ]


def enhanced_bytes(
    frames: Sequence[Frame],
    *,
    syntax: str = EXPLICIT,
    shared: Mapping[str, Mapping[str, object]] | None = None,
    **attributes: object,
) -> bytes:
    """Return an enhanced file of these frames.

    Args:
        frames: of one size.
        syntax: UID of the transfer syntax.
        shared: sequences that all frames share -> attributes of their item; frames leave them out.
        **attributes: at the top level, over what is usual there.
    """
    return file_bytes(enhanced_dataset(frames, syntax=syntax, shared=shared, **attributes), syntax)


def enhanced_dataset(
    frames: Sequence[Frame],
    *,
    syntax: str = EXPLICIT,
    shared: Mapping[str, Mapping[str, object]] | None = None,
    **attributes: object,
) -> Dataset:
    """Return the data set of `enhanced_bytes`, to be changed before it is written."""
    pictures = [frame.pixels for frame in frames]
    described: dict[str, object] = {
        **dict.fromkeys(_IN_GROUPS),
        "SOPClassUID": EnhancedMRImageStorage,
        "ImageType": ["ORIGINAL", "PRIMARY", "T2", "NONE"],
        "NumberOfFrames": f"{len(frames)}",
        "EchoPulseSequence": "SPIN",
        "PixelData": _pixel_data(pictures, syntax),
        **attributes,
    }
    dataset = dicom_dataset(pictures[0], syntax=syntax, bits_stored=12, **described)
    common = shared or {}
    dataset.SharedFunctionalGroupsSequence = [_group(common)]
    dataset.PerFrameFunctionalGroupsSequence = [
        _group({name: said for name, said in _said(frame).items() if name not in common})
        for frame in frames
    ]
    return dataset


def _said(frame: Frame) -> dict[str, Mapping[str, object]]:
    content: dict[str, object] = {"StackID": frame.stack, "TemporalPositionIndex": frame.moment}
    said: dict[str, Mapping[str, object]] = {
        "FrameContentSequence": {name: each for name, each in content.items() if each is not None},
        "PlanePositionSequence": {"ImagePositionPatient": list(frame.position)},
        "PlaneOrientationSequence": {"ImageOrientationPatient": list(frame.orientation)},
        "PixelMeasuresSequence": {
            "PixelSpacing": list(frame.spacing),
            "SliceThickness": frame.thickness,
        },
        "MRImageFrameTypeSequence": {"FrameType": list(frame.kind)},
        "MREchoSequence": {"EffectiveEchoTime": frame.echo_ms},
        "MRTimingAndRelatedParametersSequence": {"RepetitionTime": frame.repetition_ms},
        **frame.groups,
    }
    if frame.rescale is not None:
        slope, intercept = frame.rescale
        said["PixelValueTransformationSequence"] = {
            "RescaleSlope": slope,
            "RescaleIntercept": intercept,
            "RescaleType": "US",
        }
    return said


def _group(said: Mapping[str, Mapping[str, object]]) -> Dataset:
    group = Dataset()
    for name, attributes in said.items():
        item = Dataset()
        for keyword, value in attributes.items():
            setattr(item, keyword, value)
        setattr(group, name, [item])
    return group


def _pixel_data(pictures: Sequence[Pixels], syntax: str) -> bytes:
    if UID(syntax).is_compressed and not UID(syntax).is_deflated:
        return encapsulate([compressed_frame(each, 12, syntax) for each in pictures])
    return np.stack(pictures).astype(">u2" if syntax == BIG_ENDIAN else "<u2").tobytes()
