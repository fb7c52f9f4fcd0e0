"""The Structured Report of one series: probabilities of its discs (PS3.16 TID 1500). Pure.

Codes: discs are SNOMED CT's, the probability DICOM's 122157, its unit UCUM's {ratio}. What the
model was trained to find is what labels call a patient, which no public code means: 99HNP is ours.
"""

from collections.abc import Iterator
from typing import Any

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForMeasurement,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.sr.codedict import codes

from hnp_etl.clinic.said import SliceSaid
from hnp_etl.clinic.sources import SourceImage
from hnp_etl.clinic.subjects import Disc
from hnp_etl.clinic.task import MANUFACTURER, MARK, MODEL, REPORT, Task
from hnp_shared.vocabulary import LEVEL_NAMES

SCHEME = "99HNP"
HERNIATED = CodedConcept("HNP001", SCHEME, "Herniated intervertebral disc as labels define it")
OF_SLICE = CodedConcept("HNP002", SCHEME, "Probability of the slice")
INTENDED_USE = CodedConcept("HNP003", SCHEME, "Intended use")
RESEARCH = CodedConcept("HNP004", SCHEME, "Research use only, not for diagnosis")
CALIBRATED = CodedConcept("HNP005", SCHEME, "Calibrated probability of the disc")
MEAN = CodedConcept("HNP006", SCHEME, "Mean of the calibrated probabilities of its slices")
MRI_LUMBAR = CodedConcept("HNP007", SCHEME, "MRI of the lumbar spine")

DISC_CODES = (
    *(codes.SCT.L1L2Disc, codes.SCT.L2L3Disc, codes.SCT.L3L4Disc),
    *(codes.SCT.L4L5Disc, codes.SCT.L5S1Disc),
)
"""By level, 0 to 4."""

WARNING = (
    f"{MARK}. Not for diagnosis: what a model in research says of single slices, read by nobody. "
    "Probabilities are those of the model, and hold for patients like those it was fitted on."
)


def report(task: Task) -> ComprehensiveSR:
    """Return the report of a series.

    Raises:
        ValueError: the header of a source image cannot be copied.
    """
    document = ComprehensiveSR(
        evidence=[image.header for image in task.images],
        content=_content(task),
        series_instance_uid=task.uid("series of the report"),
        series_number=9901,
        sop_instance_uid=task.uid(REPORT),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=task.made.version,
        series_description=f"{MARK}: probabilities of discs",
        content_date=task.made.day,
        content_time="000000",
        coding_schemes=[CodingSchemeIdentificationItem(SCHEME, name="Codes of HNP")],
        is_complete=True,
        is_final=False,
        is_verified=False,
    )
    document.ContentQualification = "RESEARCH"
    date_as(document, task)
    return document


def date_as(document: Any, task: Task) -> None:  # noqa: ANN401  # a data set with attributes set by name
    """Give a document the date asked for, so that the same command gives the same bytes."""
    for name in ("InstanceCreation", "Series", "Content"):
        setattr(document, f"{name}Date", task.made.day)
        setattr(document, f"{name}Time", "000000")
    for equipment in document.get("ContributingEquipmentSequence", ()):
        if "ContributionDateTime" in equipment:  # the library's clock
            equipment.ContributionDateTime = task.made.day


def _content(task: Task) -> MeasurementReport:
    device = DeviceObserverIdentifyingAttributes(
        uid=task.uid("observer"), name=MODEL, manufacturer_name=MANUFACTURER, model_name=MODEL
    )
    observer = ObserverContext(
        observer_type=codes.DCM.Device, observer_identifying_attributes=device
    )
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=observer),
        procedure_reported=MRI_LUMBAR,
        imaging_measurements=list(_groups(task)),
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=[image.header for image in task.images],
    )
    comment = TextContentItem(
        name=codes.DCM.Comment, value=WARNING, relationship_type=RelationshipTypeValues.CONTAINS
    )
    content[0].ContentSequence.append(comment)
    return content


def _groups(task: Task) -> Iterator[MeasurementsAndQualitativeEvaluations]:
    images = {image.slice_id: image for image in task.images}
    for disc in task.subject.discs:
        name = "disc" if disc.level is None else LEVEL_NAMES[disc.level]
        yield MeasurementsAndQualitativeEvaluations(
            tracking_identifier=TrackingIdentifier(uid=task.uid("disc", name), identifier=name),
            finding_type=HERNIATED,
            algorithm_id=_algorithm(task),
            finding_sites=[FindingSite(_site(disc))],
            measurements=[
                _of_disc(disc, images),
                *(_of_slice(each, images[each.slice_id]) for each in disc.slices),
            ],
            qualitative_evaluations=[QualitativeEvaluation(INTENDED_USE, RESEARCH)],
            source_images=[
                SourceImageForMeasurementGroup(*_place(images[each.slice_id]))
                for each in disc.slices
            ],
        )


def _site(disc: Disc) -> Any:  # noqa: ANN401  # pydicom's or highdicom's code
    return codes.SCT.LumbarSpine if disc.level is None else DISC_CODES[disc.level]


def _algorithm(task: Task) -> AlgorithmIdentification:
    made = task.made
    return AlgorithmIdentification(
        name="hnp-train model",
        version=made.weights_sha256[:16],
        parameters=[f"weights_sha256={made.weights_sha256}", f"data set {made.dataset_id}"],
        family=codes.DCM.ArtificialIntelligence,
        manufacturer=MANUFACTURER,
    )


def _of_disc(disc: Disc, images: dict[str, SourceImage]) -> Measurement:
    return Measurement(
        name=codes.DCM.Probability,
        value=disc.probability,
        unit=codes.UCUM.Ratio,
        method=CALIBRATED if disc.is_calibrated else MEAN,
        referenced_images=[
            SourceImageForMeasurement(*_place(images[each.slice_id])) for each in disc.slices
        ],
    )


def _of_slice(said: SliceSaid, image: SourceImage) -> Measurement:
    return Measurement(
        name=OF_SLICE,
        value=said.probability,
        unit=codes.UCUM.Ratio,
        referenced_images=[SourceImageForMeasurement(*_place(image))],
    )


def _place(image: SourceImage) -> tuple[str, str, list[int] | None]:
    frames = None if image.frame is None else [image.frame]
    return f"{image.header.SOPClassUID}", f"{image.header.SOPInstanceUID}", frames
