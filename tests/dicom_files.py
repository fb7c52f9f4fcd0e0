"""Writes tiny DICOM files and labels that the built-in recipe accepts, unless told otherwise."""

import json
import zlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import gdcm
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
)

from hnp_shared.vocabulary import LEVEL_NAMES

IMPLICIT, EXPLICIT = str(ImplicitVRLittleEndian), str(ExplicitVRLittleEndian)
BIG_ENDIAN, DEFLATED = str(ExplicitVRBigEndian), str(DeflatedExplicitVRLittleEndian)
RLE, JPEG_LS, JPEG_2000 = str(RLELossless), str(JPEGLSLossless), str(JPEG2000Lossless)
JPEG_LOSSLESS = str(JPEGLosslessSV1)

UNCOMPRESSED = (IMPLICIT, EXPLICIT, BIG_ENDIAN, DEFLATED)
COMPRESSED = (RLE, JPEG_LS, JPEG_2000, JPEG_LOSSLESS)

Pixels = npt.NDArray[np.generic]

_ENCODERS = {RLE: "pydicom", JPEG_LS: "pyjpegls", JPEG_2000: "pylibjpeg"}
_DEFAULTS: Mapping[str, object] = {
    "SpecificCharacterSet": "ISO_IR 192",
    "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
    "SOPClassUID": MRImageStorage,
    "SOPInstanceUID": "2.25.1001",
    "StudyDate": "20200102",
    "Modality": "MR",
    "Manufacturer": "SIEMENS",
    "StudyDescription": "L-SPINE",
    "SeriesDescription": "t2_tse_tra",
    "PatientName": "SECRET^NAME",
    "PatientID": "P001",
    "BodyPartExamined": "LSPINE",
    "ScanningSequence": "SE",
    "SliceThickness": "4",
    "RepetitionTime": "4000",
    "EchoTime": "100",
    "MagneticFieldStrength": "1.5",
    "StudyInstanceUID": "2.25.11",
    "SeriesInstanceUID": "2.25.111",
    "ImagePositionPatient": ["-100", "-100", "50"],
    "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"],
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "PixelSpacing": ["0.5", "0.5"],
}


def picture(rows: int = 40, columns: int = 48, *, seed: int = 0) -> npt.NDArray[np.uint16]:
    """Return 12-bit pixels that differ from seed to seed."""
    return np.random.default_rng(seed).integers(0, 4096, (rows, columns)).astype(np.uint16)


def dicom_bytes(
    pixels: Pixels | None = None,
    *,
    syntax: str = EXPLICIT,
    bits_stored: int | None = None,
    **attributes: object,
) -> bytes:
    """Return a DICOM file.

    Args:
        pixels: (row, column) of 8, 16 or 32-bit integers, as stored; a `picture` by default.
        syntax: UID of the transfer syntax; the pixels are compressed when it says so.
        bits_stored: 12 for a default picture, else all bits.
        **attributes: DICOM keyword = value, over the defaults; None leaves the attribute out.
    """
    dataset = dicom_dataset(pixels, syntax=syntax, bits_stored=bits_stored, **attributes)
    return file_bytes(dataset, syntax)


def dicom_dataset(
    pixels: Pixels | None = None,
    *,
    syntax: str = EXPLICIT,
    bits_stored: int | None = None,
    **attributes: object,
) -> Dataset:
    """Return the data set of `dicom_bytes`, to be changed before `file_bytes` writes it."""
    stored = bits_stored or (12 if pixels is None else pixels.dtype.itemsize * 8)
    pixels = picture() if pixels is None else pixels
    bits = pixels.dtype.itemsize * 8
    described = {
        **_DEFAULTS,
        "Rows": pixels.shape[0],
        "Columns": pixels.shape[1],
        "BitsAllocated": bits,
        "BitsStored": stored,
        "HighBit": stored - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
        **attributes,
    }
    if "PixelData" not in attributes:
        described["PixelData"] = _pixel_data(pixels, stored, syntax)
    dataset = Dataset()
    for keyword, value in described.items():
        if value is not None:
            setattr(dataset, keyword, value)
    if "PixelData" in dataset:
        wide = bits > 8 and not UID(syntax).is_compressed
        dataset["PixelData"].VR = "OW" if wide or syntax == IMPLICIT else "OB"
    return dataset


def file_bytes(dataset: Dataset, syntax: str = EXPLICIT) -> bytes:
    """Return a data set as a file: preamble, file meta information, elements."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", MRImageStorage)
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "2.25.1001")
    meta.TransferSyntaxUID = UID(syntax)
    meta.ImplementationClassUID = UID("2.25.7")
    dataset.file_meta = meta
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def without_syntax(content: bytes) -> bytes:
    """Return a file as it is, but that its meta information names no transfer syntax."""
    at = content.index(b"\x02\x00\x10\x00UI")
    after = at + 8 + int.from_bytes(content[at + 6 : at + 8], "little")
    return content[:at] + content[after:]


def label_bytes(
    level: str | None = "L4-5", code: object = 3, *, omit: Sequence[str] = (), **fields: object
) -> bytes:
    """Return a label: ``code`` at one disc, 6 (absent) at the others.

    Args:
        level: None for a label of no disc.
        code: of that disc.
        omit: keys to leave out.
        **fields: JSON key = value, over the defaults; None is JSON's null.
    """
    label: dict[str, object] = {"Patient_ID": "P001", "Age": 63, "Sex": "F", "Spinal_Canal": 12.5}
    label |= {name: code if name == level else 6 for name in LEVEL_NAMES}
    label |= fields
    kept = {key: value for key, value in label.items() if key not in omit}
    return json.dumps(kept, ensure_ascii=False).encode()


def write_pair(
    folder: Path,
    stem: str,
    *,
    patient: str = "P001",
    pixels: Pixels | None = None,
    label: bytes | None = None,
    **attributes: object,
) -> tuple[Path, Path]:
    """Write ``stem``.dcm and ``stem``.json into ``folder``; return the two paths.

    Pixels and SOP Instance UID differ from stem to stem; study and series follow the patient.
    """
    seed = zlib.crc32(f"{patient}/{stem}".encode())
    number = zlib.crc32(patient.encode())
    uids = {
        "SOPInstanceUID": f"2.25.9{seed}",
        "StudyInstanceUID": f"2.25.1{number}",
        "SeriesInstanceUID": f"2.25.2{number}",
    }
    options: dict[str, object] = {"PatientID": patient, **uids, **attributes}
    if pixels is None:
        pixels, options["bits_stored"] = picture(seed=seed), 12
    folder.mkdir(parents=True, exist_ok=True)
    image_file, label_file = folder / f"{stem}.dcm", folder / f"{stem}.json"
    image_file.write_bytes(dicom_bytes(pixels, **options))  # type: ignore[arg-type]  # mixed options
    label_file.write_bytes(label_bytes(Patient_ID=patient) if label is None else label)
    return image_file, label_file


def _pixel_data(pixels: Pixels, stored: int, syntax: str) -> bytes:
    if syntax in UNCOMPRESSED:
        return pixels.astype(
            pixels.dtype.newbyteorder(">" if syntax == BIG_ENDIAN else "<")
        ).tobytes()
    return encapsulate([compressed_frame(pixels, stored, syntax)])


def compressed_frame(pixels: Pixels, stored: int, syntax: str) -> bytes:
    """Return one compressed frame without its items."""
    if syntax == JPEG_LOSSLESS:
        return _jpeg_lossless(pixels, stored)
    return get_encoder(UID(syntax)).encode(
        np.ascontiguousarray(pixels),
        encoding_plugin=_ENCODERS[syntax],
        rows=pixels.shape[0],
        columns=pixels.shape[1],
        samples_per_pixel=1,
        number_of_frames=1,
        bits_allocated=pixels.dtype.itemsize * 8,
        bits_stored=stored,
        pixel_representation=int(pixels.dtype.kind == "i"),
        photometric_interpretation="MONOCHROME2",
    )


def _jpeg_lossless(pixels: Pixels, stored: int) -> bytes:
    bits, signed = pixels.dtype.itemsize * 8, int(pixels.dtype.kind == "i")
    writer = gdcm.ImageWriter()  # owns the image: gdcm ends the process when it is collected first
    image = writer.GetImage()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((pixels.shape[1], pixels.shape[0], 1))
    image.SetPixelFormat(gdcm.PixelFormat(1, bits, stored, stored - 1, signed))
    grey = gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.MONOCHROME2)
    image.SetPhotometricInterpretation(grey)
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.ImplicitVRLittleEndian))
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetByteStringValue(np.ascontiguousarray(pixels).tobytes())
    image.SetDataElement(element)
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(image)
    if not change.Change():
        raise RuntimeError("gdcm could not compress the frame")
    fragments = change.GetOutput().GetDataElement().GetSequenceOfFragments()
    frame: str = fragments.GetFragment(0).GetByteValue().GetBuffer()
    return frame.encode("utf-8", "surrogateescape")
