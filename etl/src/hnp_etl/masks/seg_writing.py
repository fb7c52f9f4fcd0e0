"""A mask set as DICOM Segmentations beside the images it is of, for a viewer: private.

BINARY, every frame of every segment present (`omit_empty_frames=False`), plane positions of the
images: viewers that expect as many frames as images find them. Source: DICOM PS3.3 A.51.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import (
    SegmentAlgorithmTypeValues,
    Segmentation,
    SegmentationTypeValues,
    SegmentDescription,
    segread,
)
from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes

from hnp_etl import __version__
from hnp_etl.clinic.place import hold_attached
from hnp_etl.clinic.silence import silenced
from hnp_etl.clinic.sources import SourceImage, found_again, read_sources, source_roots
from hnp_etl.clinic.task import MANUFACTURER, MARK
from hnp_etl.clinic.uids import derived_uid
from hnp_etl.masks.making import box_of, grids_of, image_rule
from hnp_etl.masks.placing import to_source
from hnp_etl.private.folder import hold_still, refuse_no_private
from hnp_etl.recipes.recipe import Image
from hnp_etl.state.slice_grids import SliceGrid
from hnp_etl.state.sources import SliceSource, slice_sources
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, StorageError
from hnp_shared.mask_set import CLASS_NAMES, DISC, LabelMaps, MaskClass, MaskSet, open_mask_set
from hnp_shared.opening import read_regular
from hnp_shared.progress import track
from hnp_shared.storage import replace_file

MODEL = "hnp-etl masks"
_CATEGORY = codes.SCT.AnatomicalStructure
_SCHEME = "99HNP"
_TYPES = {
    "nucleus": CodedConcept("HNP021", _SCHEME, "Nucleus pulposus of disc"),
    "annulus": CodedConcept("HNP022", _SCHEME, "Annulus fibrosus of disc"),
    DISC: CodedConcept("HNP023", _SCHEME, "Intervertebral disc"),
    "sac": CodedConcept("HNP024", _SCHEME, "Thecal sac"),
    "posterior elements": CodedConcept("HNP025", _SCHEME, "Posterior elements of vertebrae"),
    "ligament": CodedConcept("HNP026", _SCHEME, "Ligamentum flavum"),
}


@dataclass(frozen=True, slots=True)
class SegsConfig:
    """What a user asks for.

    Attributes:
        masks: the mask set.
        out: the data set.
        private: its private folder.
        target: private folder to write into.
        day: YYYYMMDD, the date of the documents.
        src: folders that the sources lie below now; none for where the build met them.
    """

    masks: Path
    out: Path
    private: Path
    target: Path
    day: str
    src: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class SegsReport:
    """What was written.

    Attributes:
        written: documents, one for the slices of a series that lie alike.
        images: that they are of.
        failed: series_id -> why nothing was written of it.
    """

    written: int
    images: int
    failed: Mapping[str, str]


def write_segs(config: SegsConfig) -> SegsReport:
    """Write a segmentation of every series that has masks.

    Raises:
        InputError: mask set, data set and private folder do not go together.
        OutputError: the target is no private place.
        StorageError: a write failed.
    """
    refuse_no_private(config.private)
    with silenced(), hold_still(config.out), hold_still(config.private):
        dataset = open_dataset(config.out)
        masks = open_mask_set(config.masks)
        masks.refuse_other(dataset.info)
        manifest = dataset.manifest_table()
        grids, image = grids_of(manifest, config.private), image_rule(dataset.info)
        sources = found_again(slice_sources(config.private, masks.slice_ids), config.src)
        with hold_attached(config.target, source_roots(sources.values())):
            alike = _alike(manifest, masks, grids)
            return _write_all(config, masks, alike, (grids, image, sources))


_NEEDED = (
    *("FrameOfReferenceUID", "ImagePositionPatient", "ImageOrientationPatient"),
    *("PixelSpacing", "SliceThickness", "Rows", "Columns"),
)
"""What of an image a segmentation repeats (PS3.3 A.51.3)."""

_Key = tuple[str, int]
_Turn = tuple[tuple[float, ...], int, int]
_Known = tuple[Mapping[str, SliceGrid], Image, Mapping[str, SliceSource]]


def _write_all(
    config: SegsConfig, masks: MaskSet, alike: Mapping[_Key, list[str]], known: _Known
) -> SegsReport:
    grids, image, sources = known
    failed, images, written = dict[str, str](), 0, 0
    for key in track(sorted(alike), "writing", total=len(alike), unit="segmentation"):
        ids = alike[key]
        try:
            found = read_sources(ids, sources)
            planes = np.stack([_plane(masks, grids[one], image) for one in ids])
            document = _document(config, masks, (key, found, planes))
            name = f"{key[0]}-{key[1]}-{masks.mask_set_id}-masks.dcm"
            _write(config.target / name, document, planes)
        except InputError as error:
            failed[key[0]] = str(error)
            continue
        images += len(ids)
        written += 1
    return SegsReport(written, images, failed)


def _alike(
    manifest: pa.Table, masks: MaskSet, grids: Mapping[str, SliceGrid]
) -> dict[_Key, list[str]]:
    """Return series_id, and number of the orientation in it -> slices that have a mask.

    A disc a time the slices of a series turn; a segmentation has one orientation (PS3.3 C.8.20.2).
    """
    known, turns = set(masks.slice_ids), dict[str, list[_Turn]]()
    found = dict[_Key, list[str]]()
    columns = (manifest.column(name).to_pylist() for name in ("series_id", "slice_id"))
    for series_id, slice_id in zip(*columns, strict=True):
        if slice_id not in known:
            continue
        grid, seen = grids[slice_id], turns.setdefault(series_id, [])
        turn = (tuple(round(one, 4) for one in grid.orientation or ()), grid.rows, grid.columns)
        if turn not in seen:
            seen.append(turn)
        found.setdefault((series_id, seen.index(turn) + 1), []).append(slice_id)
    return found


def _plane(masks: MaskSet, grid: SliceGrid, image: Image) -> LabelMaps:
    mask = masks.mask(grid.slice_id)
    if mask is None:
        raise InputError("a mask is gone, expected it in the mask set")
    return to_source(mask, box_of(grid, image), (grid.rows, grid.columns))


def _document(
    config: SegsConfig, masks: MaskSet, about: tuple[_Key, list[SourceImage], LabelMaps]
) -> bytes:
    key, images, planes = about
    if any(each.frame is not None for each in images):
        raise InputError("its images are files of several frames, expected single ones")
    lacking = [name for name in _NEEDED if any(not each.header.get(name) for each in images)]
    if lacking:
        raise InputError(f"its images have no {lacking[0]}, which a segmentation refers to")
    numbers = [number for number in MaskClass if number and _name(number, masks) in masks.info.told]
    stack = np.stack([planes == number for number in numbers], axis=-1).astype(np.uint8)
    try:
        document = Segmentation(
            source_images=[each.header for each in images],
            pixel_array=stack,
            segmentation_type=SegmentationTypeValues.BINARY,
            segment_descriptions=[
                _segment(at, _name(number, masks)) for at, number in enumerate(numbers, 1)
            ],
            series_instance_uid=_uid(masks, config, key, "series"),
            series_number=9903,
            sop_instance_uid=_uid(masks, config, key, "instance"),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL,
            software_versions=__version__,
            device_serial_number=masks.mask_set_id,
            omit_empty_frames=False,
            series_description=f"{MARK}: masks",
            content_label="MASKS",
            content_description=f"{MARK}, mask set {masks.mask_set_id}",
        )
        _date(document, config.day)
        sink = BytesIO()
        document.save_as(sink, enforce_file_format=True)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise InputError(
            "the headers of its images cannot be copied into a segmentation"
        ) from error
    return sink.getvalue()


def _name(number: MaskClass, masks: MaskSet) -> str:
    whole = DISC in masks.info.told and "annulus" not in masks.info.told
    return DISC if whole and number is MaskClass.ANNULUS else CLASS_NAMES[number]


def _segment(number: int, name: str) -> SegmentDescription:
    return SegmentDescription(
        segment_number=number,
        segment_label=name,
        segmented_property_category=_CATEGORY,
        segmented_property_type=_TYPES[name],
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=MODEL, family=codes.DCM.ArtificialIntelligence, version=__version__
        ),
    )


def _uid(masks: MaskSet, config: SegsConfig, key: _Key, role: str) -> str:
    series_id, number = key
    about = (masks.mask_set_id, series_id, f"{number}", config.day)
    return derived_uid("hnp-etl masks", *about, role)


def _date(document: Any, day: str) -> None:  # noqa: ANN401  # a data set with attributes by name
    for name in ("InstanceCreation", "Series", "Content"):
        setattr(document, f"{name}Date", day)
        setattr(document, f"{name}Time", "000000")
    for equipment in document.get("ContributingEquipmentSequence", ()):
        if "ContributionDateTime" in equipment:  # the library's clock
            equipment.ContributionDateTime = day


def _write(path: Path, content: bytes, planes: LabelMaps) -> None:
    """Write a document, and take it away again unless it reads as it was meant."""
    replace_file(path, lambda sink: sink.write(content), role="the segmentation", mode=0o600)
    try:
        found = segread(BytesIO(read_regular(path, role="the segmentation")))
        pixels = found.pixel_array.reshape(-1, *planes.shape[1:])
    except OSError as error:
        raise StorageError.of("the segmentation", error) from error
    expected = sum(int((planes == number).sum()) for number in _numbers(found))
    if int(pixels.sum()) != expected:
        with contextlib.suppress(OSError):
            path.unlink()
        raise InputError("the segmentation was read back and taken away: it holds other pixels")


def _numbers(document: Segmentation) -> Iterator[int]:
    names = {name: number for number, name in CLASS_NAMES.items()} | {DISC: int(MaskClass.ANNULUS)}
    for number in document.segment_numbers:
        yield names[str(document.get_segment_description(number).segment_label)]
