"""One image to the bytes of a DICOM file: MR Image Storage with an invented person's header."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, MRImageStorage, RLELossless

from hnp_etl.phantom.acquisition import BITS_STORED, StoredImage
from hnp_etl.phantom.encode import pixel_bytes
from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.scanners import Scanner, SeriesKind
from hnp_etl.phantom.seeds import generator, uid
from hnp_etl.phantom.study import Planned

_IMPLEMENTATION_UID = "2.25.140519243172217352894410427813962054711"
_FIRST_DAY = np.datetime64("2017-01-02")
_TAKEN_OUT = (
    *("PatientName", "PatientBirthDate", "PatientSex", "PatientAge", "PatientWeight", "PatientID"),
    *("SOPClassUID", "Modality", "Manufacturer", "ManufacturerModelName", "BodyPartExamined"),
    *("EchoTime", "RepetitionTime", "ScanningSequence", "SequenceVariant", "ProtocolName"),
    *("StudyDescription", "MagneticFieldStrength", "InstitutionName", "AccessionNumber"),
)
_LAST_NAMES = ("KIM", "LEE", "PARK", "CHOI", "JUNG", "KANG", "CHO", "YOON")


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was taken.

    Attributes:
        pixels: as stored, (row, column).
        thin: whether the header lacks what RSNA 2024 took out: numbers repeat across series, and
            `T2` is all that a Series Description says.
    """

    seed: int
    patient: Patient
    scanner: Scanner
    planned: Planned
    pixels: StoredImage
    thin: bool = False

    @property
    def syntax(self) -> str:
        """Transfer syntax UID."""
        return str(RLELossless) if self.thin else self.scanner.syntax(self.planned.kind)


def dicom_bytes(image: Image) -> bytes:
    """Return the whole file."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    _add_person(dataset, image)
    _add_study(dataset, image)
    _add_series(dataset, image)
    _add_place(dataset, image)
    _add_pixels(dataset, image)
    if image.thin:
        _make_thin(dataset, image)
    dataset.file_meta = _file_meta(dataset, image.syntax)
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _make_thin(dataset: Dataset, image: Image) -> None:
    for keyword in _TAKEN_OUT:
        delattr(dataset, keyword)
    dataset.SOPInstanceUID = uid(
        image.seed, "instance", image.patient.index, image.planned.instance_number
    )
    dataset.SeriesDescription = "T2"


def _file_meta(dataset: Dataset, syntax: str) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    meta.ImplementationClassUID = UID(_IMPLEMENTATION_UID)
    meta.ImplementationVersionName = "HNP_PHANTOM_1"
    return meta


def _add_person(dataset: Dataset, image: Image) -> None:
    patient = image.patient
    rng = generator(image.seed, "person", patient.index)
    last_name = _LAST_NAMES[int(rng.integers(len(_LAST_NAMES)))]
    day = _FIRST_DAY + int(rng.integers(1400))
    born = day.astype("datetime64[Y]").astype(int) + 1970 - patient.age
    dataset.PatientName = f"{last_name}^PHANTOM{patient.index:05d}"
    dataset.PatientID = patient.patient_number
    dataset.PatientBirthDate = f"{born}0101"
    dataset.PatientSex = patient.sex
    dataset.PatientAge = f"{patient.age:03d}Y"
    dataset.PatientWeight = str(round(float(rng.normal(65, 10)), 1))
    dataset.StudyDate = str(day).replace("-", "")
    dataset.StudyTime = f"{int(rng.integers(8, 18)):02d}{int(rng.integers(60)):02d}00"
    dataset.AccessionNumber = f"A{int(rng.integers(10**7)):07d}"
    dataset.ReferringPhysicianName = "REFERRER^PHANTOM"
    dataset.InstitutionName = f"Phantom Hospital {patient.hospital}"


def _add_study(dataset: Dataset, image: Image) -> None:
    index, planned = image.patient.index, image.planned
    series = (index, planned.series_number)
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = uid(image.seed, "instance", *series, planned.instance_number)
    dataset.StudyInstanceUID = uid(image.seed, "study", index)
    dataset.SeriesInstanceUID = uid(image.seed, "series", *series)
    dataset.FrameOfReferenceUID = uid(image.seed, "frame", index)
    dataset.PositionReferenceIndicator = ""
    dataset.StudyID = str(index + 1)
    dataset.SeriesNumber = planned.series_number
    dataset.InstanceNumber = planned.instance_number
    dataset.AcquisitionNumber = 1
    dataset.StudyDescription = "L-SPINE"


def _add_series(dataset: Dataset, image: Image) -> None:
    scanner, kind = image.scanner, image.planned.kind
    protocol = scanner.protocol(kind)
    scout = kind is SeriesKind.LOCALIZER
    dataset.Modality = "MR"
    dataset.ImageType = list(scanner.localizer_type if scout else scanner.image_type)
    dataset.Manufacturer = scanner.manufacturer
    dataset.ManufacturerModelName = scanner.model
    dataset.BodyPartExamined = scanner.body_part
    dataset.PatientPosition = "HFS"
    dataset.SeriesDescription = protocol.description
    dataset.ProtocolName = protocol.description
    dataset.ScanningSequence = "GR" if scout else "SE"
    dataset.SequenceVariant = "SP" if scout else "SK"
    dataset.ScanOptions = ""
    dataset.MRAcquisitionType = "2D"
    dataset.EchoTime = str(protocol.echo_ms)
    dataset.RepetitionTime = str(protocol.repetition_ms)
    dataset.EchoTrainLength = protocol.echo_train
    dataset.FlipAngle = "20" if scout else "150"
    dataset.NumberOfAverages = "1" if scout else "2"
    dataset.MagneticFieldStrength = str(scanner.field_strength_t)
    dataset.SliceThickness = str(protocol.thickness_mm)


def _add_place(dataset: Dataset, image: Image) -> None:
    plane, grid = image.planned.plane, image.planned.grid
    dataset.ImageOrientationPatient = _decimals(
        np.concatenate([plane.row_direction, plane.column_direction])
    )
    dataset.ImagePositionPatient = _decimals(plane.first_pixel_mm(grid))
    dataset.SliceLocation = _decimals(np.array([plane.normal @ plane.centre_mm]))[0]
    dataset.PixelSpacing = _decimals(np.array([grid.pixel_mm, grid.pixel_mm]))


def _add_pixels(dataset: Dataset, image: Image) -> None:
    pixels = image.pixels
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS_STORED, BITS_STORED - 1
    dataset.PixelRepresentation = 0
    dataset.RescaleIntercept = "0"
    dataset.RescaleSlope = str(image.scanner.slope)
    dataset.RescaleType = "US"
    brightest = float(np.percentile(pixels[::4, ::4], 99)) * image.scanner.slope
    dataset.WindowCenter = str(round(brightest / 2))
    dataset.WindowWidth = str(max(round(brightest), 1))
    syntax = UID(image.syntax)
    dataset.PixelData = pixel_bytes(pixels, syntax)
    dataset["PixelData"].VR = "OB" if syntax.is_compressed else "OW"


def _decimals(values: Vector) -> list[str]:
    """Return numbers as decimal strings of at most 16 characters, -0 as 0."""
    return [f"{value + 0.0:.6f}" for value in np.round(values, 6)]
