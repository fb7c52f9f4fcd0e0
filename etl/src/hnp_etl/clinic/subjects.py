"""Which series are attached, and what was said of each: predictions beside the manifest. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from hnp_etl.clinic.said import ROLE, Said, SliceSaid
from hnp_shared.errors import InputError


@dataclass(frozen=True, slots=True)
class Disc:
    """What was said of one disc of a series.

    Attributes:
        level: 0 to 4; None in a data set without labels, where all slices are one.
        slices: in the order of the manifest.
    """

    level: int | None
    slices: tuple[SliceSaid, ...]

    @property
    def probability(self) -> float:
        """That of the disc as calibrated; the mean of its slices where the model tells none."""
        told = self.slices[0].of_disc
        if told is not None:
            return told
        return sum(each.probability for each in self.slices) / len(self.slices)

    @property
    def is_calibrated(self) -> bool:
        """Whether the probability of the disc itself was calibrated."""
        return self.slices[0].of_disc is not None


@dataclass(frozen=True, slots=True)
class Subject:
    """A series, and what was said of it.

    Attributes:
        discs: by level.
    """

    series_id: str
    discs: tuple[Disc, ...]

    @property
    def slices(self) -> list[SliceSaid]:
        """All slices of the series that something was said of."""
        return [each for disc in self.discs for each in disc.slices]


def subjects(
    said: Said, manifest: pa.Table, dataset_id: str, wanted: Iterable[str], limit: int | None
) -> list[Subject]:
    """Return the series to attach, by series_id.

    Args:
        said: the predictions.
        manifest: of the data set.
        dataset_id: of the data set.
        wanted: series_id of some; none for all that have predictions.
        limit: how many at most.

    Raises:
        InputError: the predictions are of another data set, or a series has none.
    """
    if said.dataset_id not in (None, dataset_id):
        raise InputError(f"{ROLE} are of data set {said.dataset_id}, expected {dataset_id}")
    names = ("slice_id", "patient_id", "study_id", "level", "series_id")
    columns = [manifest.column(name).to_pylist() for name in names]
    rows = {row[0]: row[1:] for row in zip(*columns, strict=True)}
    strange = sum(
        rows.get(each.slice_id, ())[:3] != (each.patient_id, each.study_id, each.level)
        for each in said.slices.values()
    )
    if strange:
        raise InputError(
            f"{ROLE} are of another data set: {strange} of {len(said.slices)} slices are not in "
            f"{dataset_id}, or of another patient, study or level there"
        )
    by_series: dict[str, list[SliceSaid]] = {}
    for slice_id, (*_, series_id) in rows.items():
        if slice_id in said.slices:
            by_series.setdefault(series_id, []).append(said.slices[slice_id])
    chosen = _chosen(by_series, tuple(dict.fromkeys(wanted)))[:limit]
    return [Subject(series_id, _discs(by_series[series_id])) for series_id in chosen]


def _chosen(by_series: Mapping[str, object], wanted: Sequence[str]) -> list[str]:
    unknown = [each for each in wanted if each not in by_series]
    if unknown:
        raise InputError(
            f"{len(unknown)} of {len(wanted)} --series have no predictions, expected a series_id "
            "of the manifest, 32 hex digits"
        )
    return sorted(wanted or by_series)


def _discs(slices: Iterable[SliceSaid]) -> tuple[Disc, ...]:
    found: dict[int, list[SliceSaid]] = {}
    for each in slices:
        found.setdefault(-1 if each.level is None else each.level, []).append(each)
    return tuple(Disc(None if level < 0 else level, tuple(found[level])) for level in sorted(found))
