"""Every transfer syntax that is read gives back the picture that was written."""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from hnp_etl.dicom.header import read_header
from hnp_etl.dicom.syntaxes import DECODERS, EXPLICIT_BE, UNCOMPRESSED
from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.phantom.encode import pixel_bytes
from hnp_etl.pixels.decoder import stop_child
from hnp_etl.pixels.sample import read_sample
from hnp_etl.recipes.recipe import Image
from hnp_etl.selftest.material import Material
from hnp_etl.selftest.outcome import Outcome

_SAME_STREAM = {
    "1.2.840.10008.1.2.4.57": JPEGLosslessSV1,  # JPEG Lossless allows selection value 1
    "1.2.840.10008.1.2.4.81": JPEGLSLossless,  # near-lossless with an error of 0
    "1.2.840.10008.1.2.4.91": JPEG2000Lossless,  # JPEG 2000 allows the reversible transform
}
"""Syntaxes whose stream may be that of another one (DICOM PS3.5 section 10)."""

_LOSSY = frozenset({str(JPEGBaseline8Bit), str(JPEGExtended12Bit)})
_LOSSY_TOLERANCE = 2 / 255

SYNTAXES = tuple(sorted(UNCOMPRESSED | DECODERS.keys()))
"""All that are read."""

_SIDE_PIXELS = 48

Pixels = npt.NDArray[np.uint16] | npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Picture:
    """What is written.

    Attributes:
        template: header of a slice.
        pixels: (row, column); 16 bits, or 8 for the lossy syntaxes.
    """

    template: Dataset
    pixels: npt.NDArray[np.uint16]


def syntaxes_round_trip(material: Material) -> Outcome:
    """Write one picture in every syntax, read it, and compare."""
    check = "every transfer syntax gives back the picture"
    image = min(material.source.rglob("*.dcm"))
    found = dict(
        round_trips(material.folder, pydicom.dcmread(image, stop_before_pixels=True), SYNTAXES)
    )
    wrong = [f"{UID(syntax).name}: {fault}" for syntax, fault in found.items() if fault]
    whole = f"{len(found)} transfer syntaxes, {len(found) - len(_LOSSY)} of them bit for bit"
    return Outcome(check, not wrong, "; ".join(wrong) or whole)


def round_trips(
    folder: Path, template: Dataset, syntaxes: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield each transfer syntax, with what went wrong in it; empty where nothing did.

    Args:
        folder: for the files.
        template: header of the files.
        syntaxes: that are tried.
    """
    rows, columns = np.mgrid[:_SIDE_PIXELS, :_SIDE_PIXELS]
    smooth = 127 + 60 * np.sin(rows / 9) + 60 * np.cos(columns / 7)  # kind to a lossy coder
    picture = _Picture(template, smooth.astype(np.uint16))
    expected = _read(folder, _file(picture, str(ExplicitVRLittleEndian)))
    for syntax in syntaxes:
        tolerance = _LOSSY_TOLERANCE if syntax in _LOSSY else 0.0
        try:
            found = _read(folder, _file(picture, syntax))
        except (FileError, ImportError, RuntimeError) as error:
            yield syntax, type(error).__name__
        else:
            same = float(np.abs(found - expected).max()) <= tolerance
            yield syntax, "" if same else "another picture"
    stop_child()


def _file(picture: _Picture, syntax: str) -> bytes:
    dataset, bits = Dataset(picture.template), 8 if syntax in _LOSSY else 16
    dataset.Rows, dataset.Columns = picture.pixels.shape
    dataset.BitsAllocated, dataset.BitsStored = bits, min(bits, 12)
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelData = _pixel_value(picture.pixels, syntax)
    dataset["PixelData"].VR = "OB" if UID(syntax).is_compressed else "OW"
    dataset.file_meta = picture.template.file_meta
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, about retired syntaxes
        dataset.save_as(
            buffer,
            implicit_vr=UID(syntax).is_implicit_VR,
            little_endian=syntax != EXPLICIT_BE,
            enforce_file_format=True,
        )
    return buffer.getvalue()


def _pixel_value(pixels: npt.NDArray[np.uint16], syntax: str) -> bytes:
    if syntax == EXPLICIT_BE:
        return pixels.astype(">u2").tobytes()
    if syntax in _LOSSY:
        _, frame = cv2.imencode(".jpg", pixels.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 100])
        return encapsulate([frame.tobytes()])
    return pixel_bytes(pixels, UID(_SAME_STREAM.get(syntax, syntax)))


def _read(folder: Path, content: bytes) -> npt.NDArray[np.float32]:
    path = folder / "round-trip.dcm"
    path.write_bytes(content)
    facts = read_header(lambda start, count: content[start : start + count], len(content))
    image = Image.model_validate({"size": [_SIDE_PIXELS, _SIDE_PIXELS]})
    return read_sample(SourceFile.at(path), facts, image).array.astype(np.float32)
