"""Writes what a model says beside the images it is about: a report and a picture a series.

It names patients, so it goes into a private folder only. Every file is read back before it counts.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from hnp_etl import __version__
from hnp_etl.clinic.capture import capture
from hnp_etl.clinic.drawing import drawn, map_digest
from hnp_etl.clinic.place import hold_attached
from hnp_etl.clinic.reading_back import fault
from hnp_etl.clinic.report import report
from hnp_etl.clinic.said import read_said
from hnp_etl.clinic.silence import silenced
from hnp_etl.clinic.sources import found_again, read_sources, source_roots
from hnp_etl.clinic.subjects import Subject, subjects
from hnp_etl.clinic.task import CAPTURE, REPORT, Made, Task
from hnp_etl.private.folder import hold_still, refuse_no_private
from hnp_etl.private.linkage import read_linkage
from hnp_etl.state.sources import SliceSource, slice_sources
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError, StorageError
from hnp_shared.explained_maps import ExplainedMaps
from hnp_shared.opening import read_regular
from hnp_shared.progress import track
from hnp_shared.storage import DISK, Disk, replace_file


@dataclass(frozen=True, slots=True)
class AttachConfig:
    """What a user asks for.

    Attributes:
        predictions: table of hnp-train predict.
        out: the data set.
        private: its private folder.
        target: folder to write into.
        day: YYYYMMDD, the date of the documents.
        series: series_id of some; none for all with predictions.
        limit: series at most.
        src: folders that the sources lie below now; none for where the build met them.
        maps: folder of `hnp-train explain`; None for none.
        weights_sha256: of the model, where the predictions do not tell it.
        disk: where writes go.
    """

    predictions: Path
    out: Path
    private: Path
    target: Path
    day: str
    series: Sequence[str] = ()
    limit: int | None = None
    src: Sequence[Path] = ()
    maps: Path | None = None
    weights_sha256: str | None = None
    disk: Disk = DISK


@dataclass(frozen=True, slots=True)
class AttachReport:
    """What was done.

    Attributes:
        written: documents; there: those that an earlier run wrote.
        images: source images that they refer to.
        maps: maps that were drawn.
        failed: series_id -> why nothing was written of it.
    """

    series: int
    written: int
    there: int
    images: int
    maps: int
    failed: Mapping[str, str]


def attach(config: AttachConfig) -> AttachReport:
    """Write report and secondary capture of every series asked for.

    Raises:
        InputError: predictions, data set, private folder or maps cannot be used together.
        OutputError: the target is no private place.
        StorageError: a write failed; what was written before it stands.
    """
    refuse_no_private(config.private)
    with silenced(), hold_still(config.out), hold_still(config.private):
        dataset = open_dataset(config.out)
        said = read_said(config.predictions, config.weights_sha256)
        info, manifest = dataset.info, dataset.manifest_table()
        chosen = subjects(said, manifest, info.dataset_id, config.series, config.limit)
        sources = _sources(config, chosen)
        made = Made(said.weights_sha256, info.dataset_id, config.day, __version__)
        maps = _maps(config, made)
        with hold_attached(config.target, source_roots(sources.values()), disk=config.disk):
            return _write_all(config, dataset, maps, _tasks(maps, chosen, sources, made))


def _maps(config: AttachConfig, made: Made) -> ExplainedMaps | None:
    if config.maps is None:
        return None
    maps = ExplainedMaps.open(config.maps)
    maps.refuse_other(made.dataset_id, made.weights_sha256)
    return maps


def _sources(config: AttachConfig, chosen: Sequence[Subject]) -> dict[str, SliceSource]:
    """Return the sources of all slices, linked by the private folder.

    Raises:
        InputError: the folder is another data set's, or the sources are not where they are said.
    """
    wanted = {each.slice_id for subject in chosen for each in subject.slices}
    linked = {link.slice_id: link.path for link in read_linkage(config.private)}
    known = {
        slice_id: source
        for slice_id, source in slice_sources(config.private, wanted).items()
        if linked.get(slice_id) == source.path
    }
    if len(known) < len(wanted):
        raise InputError(
            f"the private folder links {len(known)} of {len(wanted)} slices to their sources, "
            "expected all; --private DIR says which folder is the data set's"
        )
    return found_again(known, config.src)


Outcome = Task | tuple[str, str]
"""A series to be written, or its series_id and why it cannot be."""


def _tasks(
    maps: ExplainedMaps | None,
    chosen: Sequence[Subject],
    sources: Mapping[str, SliceSource],
    made: Made,
) -> Iterator[Outcome]:
    for subject in track(chosen, "attaching", total=len(chosen), unit="report"):
        try:
            images = read_sources((each.slice_id for each in subject.slices), sources)
            digests = [map_digest(maps, each.slice_id) for each in subject.slices]
            yield Task(subject, images, digests, made)
        except InputError as error:
            yield subject.series_id, str(error)


def _write_all(
    config: AttachConfig,
    dataset: Dataset,
    maps: ExplainedMaps | None,
    outcomes: Iterator[Outcome],
) -> AttachReport:
    written = there = series = images = seen = 0
    failed: dict[str, str] = {}
    for outcome in outcomes:
        if not isinstance(outcome, Task):
            failed[outcome[0]] = outcome[1]
            continue
        try:
            new = sum(_write(config, dataset, maps, outcome, role) for role in (REPORT, CAPTURE))
        except InputError as error:
            failed[outcome.subject.series_id] = str(error)
            continue
        series += 1
        written += new
        there += 2 - new
        images += len(outcome.references())
        seen += sum(map(bool, outcome.maps))
    return AttachReport(series, written, there, images, seen, failed)


def _write(
    config: AttachConfig, dataset: Dataset, maps: ExplainedMaps | None, task: Task, role: str
) -> bool:
    """Write a document, and return whether it had to be: one that is there and sound stays."""
    path = config.target / task.file_name(role)
    with contextlib.suppress(OSError):
        if fault(read_regular(path, role=role), task, role) is None:
            return False
    content = _document(dataset, maps, task, role)
    replace_file(
        path, lambda sink: sink.write(content), role=f"the {role}", mode=0o600, disk=config.disk
    )
    try:
        wrong = fault(read_regular(path, role=role), task, role)
    except OSError as error:
        raise StorageError.of(f"the {role}", error) from error
    if wrong:
        path.unlink(missing_ok=True)
        raise InputError(f"the {role} was read back and taken away: {wrong}")
    return True


def _document(dataset: Dataset, maps: ExplainedMaps | None, task: Task, role: str) -> bytes:
    try:
        document = report(task) if role == REPORT else capture(task, drawn(task, dataset, maps))
        sink = BytesIO()
        document.save_as(sink, enforce_file_format=True)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise InputError(
            "the header of a source image cannot be copied into a report: patient or study is not "
            "as DICOM asks"
        ) from error
    return sink.getvalue()
