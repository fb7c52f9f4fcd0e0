"""What was written is read again and must say what was meant, or it is no document of ours."""

from io import BytesIO

from highdicom.sr import srread
from pydicom import Dataset, dcmread

from hnp_etl.clinic.report import OF_SLICE
from hnp_etl.clinic.task import MARK, REPORT, Task

_PERSON = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyInstanceUID")


def fault(content: bytes, task: Task, role: str) -> str | None:
    """Return what is wrong with a document, None when it says what was meant.

    Args:
        content: of its file.
        task: what was to be written.
        role: `REPORT` or `CAPTURE`.
    """
    try:
        found = dcmread(BytesIO(content))
        if MARK not in str(found.get("SeriesDescription", "")):
            return "it is not marked as research"
        if any(str(found.get(name) or "") != str(task.first.get(name) or "") for name in _PERSON):
            return "it names another patient or study"
        return _report_fault(content, task) if role == REPORT else _capture_fault(found, task)
    except Exception:  # noqa: BLE001  # over damaged bytes libraries raise anything
        return "it cannot be read"


def _report_fault(content: bytes, task: Task) -> str | None:
    document = srread(BytesIO(content))
    evidence = sorted((f"{kind}", f"{uid}") for *_, uid, kind in document.get_evidence())
    if evidence != task.references():
        return "it refers to other images"
    groups = document.content.get_image_measurement_groups()
    said = sorted(
        float(each.value) for group in groups for each in group.get_measurements(name=OF_SLICE)
    )
    if len(groups) != len(task.subject.discs) or not _close(said, task):
        return "it tells other probabilities"
    return None


def _close(said: list[float], task: Task) -> bool:
    """Tell whether probabilities are those meant; a DICOM decimal has 16 characters."""
    meant = sorted(each.probability for each in task.subject.slices)
    pairs = zip(said, meant, strict=False)
    return len(said) == len(meant) and all(abs(one - other) < 1e-9 for one, other in pairs)


def _capture_fault(found: Dataset, task: Task) -> str | None:
    references = sorted(
        (f"{item.ReferencedSOPClassUID}", f"{item.ReferencedSOPInstanceUID}")
        for item in found.SourceImageSequence
    )
    if references != task.references():
        return "it refers to other images"
    if found.pixel_array.ndim != 3 or found.BurnedInAnnotation != "YES":
        return "it is no picture of ours"
    return None
