"""The source images of a series: found again, and refused where they are not those of the build."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from hnp_etl.archives.unfolding import Unfolder
from hnp_etl.errors import FileError
from hnp_etl.files.place import is_inside, on_disk
from hnp_etl.files.source_file import SourceFile
from hnp_etl.limits import LIMITS
from hnp_etl.recipes.grammar import identifier
from hnp_etl.state.sources import SliceSource
from hnp_etl.walking.walk import walk
from hnp_shared.errors import InputError

_FILLED = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber"),
    *("StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"),
)
"""What a report must have, be it empty (PS3.3 type 2)."""

_UNICODE = "ISO_IR 192"


class SourceImage(NamedTuple):
    """A source image.

    Attributes:
        header: all but the pixels, texts as Unicode.
        frame: None in a single-frame file.
    """

    slice_id: str
    header: Dataset
    frame: int | None


def found_again(
    known: Mapping[str, SliceSource], folders: Sequence[Path]
) -> dict[str, SliceSource]:
    """Return sources where they lie now: where the build met them, or below other folders.

    The first segment of a path is the name that a folder had at the build; it may have another now.
    What is found by the rest alone is looked at like any other: another image is refused.
    """
    if not folders:
        return dict(known)
    whole = {each.path for each in known.values()}
    below = {_below(path) for path in whole}
    places: dict[str, set[bytes]] = {}
    for file in Unfolder(LIMITS)(walk(folders)):
        path = file.path.strip()
        if path in whole or _below(path) in below:
            for name in (path, _below(path)):
                places.setdefault(name, set()).add(file.raw)
    found = {}
    for slice_id, each in known.items():
        raw = places.get(each.path) or places.get(_below(each.path), set())
        if len(raw) == 1:
            found[slice_id] = each._replace(raw=min(raw))
    return found


def _below(path: str) -> str:
    return path.partition("/")[2]


def source_roots(sources: Iterable[SliceSource]) -> list[Path]:
    """Return the folders that the sources lie below, as far as their paths tell."""
    roots = {
        on_disk(each.raw).rpartition(b"/")[0]
        if is_inside(each.raw)
        else each.raw.rsplit(b"/", each.path.count("/"))[0]
        for each in sources
        if is_inside(each.raw)
        or (each.path.count("/") and each.raw.count(b"/") > each.path.count("/"))
    }
    return [Path(root.decode("utf-8", "surrogateescape")) for root in sorted(roots)]


def read_sources(wanted: Iterable[str], sources: Mapping[str, SliceSource]) -> list[SourceImage]:
    """Read the headers of the source images of some slices.

    Raises:
        InputError: one is gone, cannot be read, or is another image than the build met.
    """
    return [_read(slice_id, sources.get(slice_id)) for slice_id in wanted]


def _read(slice_id: str, source: SliceSource | None) -> SourceImage:
    if source is None:
        raise InputError("a slice has no source that is linked and there; see hnp-etl link")
    try:
        with SourceFile.at(source.raw).opened() as file, file.stream() as stream:
            header = dcmread(stream, stop_before_pixels=True, force=True)
            _refuse_altered(header, source)
            return SourceImage(slice_id, _plain(header), source.frame or None)
    except (OSError, FileError) as error:
        raise InputError("a source image is gone or cannot be opened; --src says where") from error
    except InputError:
        raise
    except (InvalidDicomError, ValueError, KeyError, AttributeError, NotImplementedError) as error:
        raise InputError("a source image cannot be read as DICOM any more") from error


def _refuse_altered(header: Dataset, source: SliceSource) -> None:
    """Refuse a header that names another image, series, study or patient than the build met."""
    for name, keyword, met in (
        ("SOPInstanceUID", "SOPInstanceUID", source.sop_uid),
        ("SeriesInstanceUID", "SeriesInstanceUID", source.series_uid),
        ("StudyInstanceUID", "StudyInstanceUID", source.study_uid),
        ("PatientID", "PatientID", source.patient),
    ):
        found = str(header.get(keyword) or "").strip(" \0")
        if not found and keyword == "SOPInstanceUID":
            raise InputError("a source image has no SOPInstanceUID, so nothing can refer to it")
        if identifier(found) != identifier(met or ""):
            raise InputError(
                f"a source image was altered since the build: another {name}; build again first"
            )
    if not header.get("SOPClassUID") or not header.get("StudyInstanceUID"):
        raise InputError("a source image names no SOP class or study, so nothing can refer to it")


def _plain(header: Dataset) -> Dataset:
    """Return a header with its texts as Unicode, whatever character set it was written in."""
    header.decode()
    for element in header.iterall():
        if element.VR == "PN" and element.value is not None:
            names = element.value
            is_one = element.VM <= 1
            element.value = str(names) if is_one else [str(name) for name in names]
    header.SpecificCharacterSet = _UNICODE
    for keyword in _FILLED:
        if keyword not in header:
            setattr(header, keyword, None)
    return header
