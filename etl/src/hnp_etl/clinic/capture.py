"""The secondary capture of one series: the sheet of its slices, and whom it refers to. Pure."""

from highdicom.sc import SCImage
from highdicom.sr import CodedConcept
from pydicom import Dataset
from pydicom.sr.codedict import codes

from hnp_etl.clinic.picture import Pixels
from hnp_etl.clinic.report import date_as
from hnp_etl.clinic.task import CAPTURE, MANUFACTURER, MARK, MODEL, Task


def capture(task: Task, pixels: Pixels) -> SCImage:
    """Return the secondary capture of a series.

    Args:
        task: the series.
        pixels: of the sheet, (row, column, colour).

    Raises:
        ValueError: the header of a source image cannot be copied.
    """
    first = task.first
    document = SCImage(
        pixel_array=pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        patient_orientation=("L", "P"),
        study_instance_uid=f"{first.StudyInstanceUID}",
        series_instance_uid=task.uid("series of the capture"),
        series_number=9902,
        sop_instance_uid=task.uid(CAPTURE),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=task.made.version,
        series_description=f"{MARK}: slices and maps",
        content_date=task.made.day,
        content_time="000000",
        patient_id=first.PatientID,
        patient_name=first.PatientName,
        patient_birth_date=first.PatientBirthDate,
        patient_sex=first.PatientSex,
        specific_character_set="ISO_IR 192",
    )
    document.copy_patient_and_study_information(first)
    document.BurnedInAnnotation = "YES"
    document.ContentQualification = "RESEARCH"
    document.DateOfSecondaryCapture, document.TimeOfSecondaryCapture = task.made.day, "000000"
    document.SourceImageSequence = [_reference(*each) for each in task.references()]
    document.ImageComments = f"{MARK}, not for diagnosis"
    date_as(document, task)
    return document


def _reference(class_uid: str, instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = class_uid, instance_uid
    purpose = CodedConcept.from_code(codes.DCM.SourceImageForImageProcessingOperation)
    item.PurposeOfReferenceCodeSequence = [purpose]
    return item
