"""A run of segmentation judged on masks that it has not seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, read_slices
from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.clustered import clustered_mean
from hnp_model.morphometry.agreeing import Compared, Told, compare_measures, ends
from hnp_model.morphometry.catalogue import MEASURES, Measured, measure_slice
from hnp_model.morphometry.overlap import dice, surface_mm
from hnp_model.morphometry.spread import interval_of
from hnp_model.segmentation.asking import Answer, Segmenter, ask, open_run
from hnp_model.segmentation.overlays import Shown
from hnp_model.segmentation.samples import Pictures, open_pictures
from hnp_model.splits.guard import choose_fold, parts_of
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.mask_set import DISC, MaskClass, open_mask_set
from hnp_shared.splits import read_split

STRUCTURES: Mapping[str, tuple[MaskClass, ...]] = {
    DISC: (MaskClass.NUCLEUS, MaskClass.ANNULUS),
    "nucleus": (MaskClass.NUCLEUS,),
    "annulus": (MaskClass.ANNULUS,),
    "sac": (MaskClass.SAC,),
    "posterior elements": (MaskClass.POSTERIOR,),
    "ligament": (MaskClass.LIGAMENT,),
}
FIGURES = ("dice", "surface_mm", "hd95_mm")

ALL = "all"
"""Stands for all hospitals together."""

Numbers = npt.NDArray[np.float64]
Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """How well a run outlines a part.

    Attributes:
        part: that was judged.
        slices: judged, with a mask; odd: those of them that are out of distribution, left out.
        figures: hospital, `ALL` first -> structure -> figure -> mean over slices.
        measures: measure -> how far the run's agrees with that of the masks.
        training: whether the fit has used the part.
        shown: slices to look at.
    """

    part: str
    slices: int
    odd: int
    figures: Mapping[str, Mapping[str, Mapping[str, Figure]]]
    measures: Mapping[str, Compared]
    training: bool
    shown: tuple[Shown, ...]

    def to_json(self) -> bytes:
        """Return the bytes of segmentation.json."""
        plain = {
            "part": self.part,
            "training": self.training,
            "slices": self.slices,
            "out_of_distribution": self.odd,
            "structures": {
                hospital: {
                    structure: {name: ends(one) for name, one in found.items()}
                    for structure, found in structures.items()
                }
                for hospital, structures in self.figures.items()
            },
            "measures": {name: one.to_plain() for name, one in self.measures.items()},
        }
        return json.dumps(plain, indent=1, sort_keys=True).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged.

    Attributes:
        split: file; None: every slice.
        part: of the split.
    """

    run: Path
    out: Path
    masks: Path
    split: Path | None
    part: str


def evaluate_segmentation(asked: Asked) -> Judged:
    """Return how well a run outlines slices that have a mask.

    Raises:
        InputError: run, data set, masks and split do not go together.
        StorageError: a read failed.
    """
    segmenter = open_run(asked.run)
    dataset = open_dataset(asked.out)
    masks = open_mask_set(asked.masks)
    masks.refuse_other(dataset.info)
    slices = read_slices(dataset, labelled=False)
    own = segmenter.config.dataset_id == dataset.info.dataset_id
    if asked.split is not None:
        split = choose_fold(read_split(asked.split), segmenter.config.settings.fold)
        parts = parts_of(slices, split, dataset.info.dataset_id)
        slices = slices.take(parts == asked.part)
    known = set(masks.slice_ids)
    if not known & set(slices.slice_id.tolist()):
        raise InputError(f"no slice of {asked.part} has a mask, expected some")
    pictures = open_pictures(dataset, slices, segmenter.config.usual_mm, masks)
    training = own and (asked.split is None or asked.part != "test")
    told = set(segmenter.config.told) & set(masks.info.told)
    return _judge(segmenter, pictures, tuple(sorted(told)), asked, training=training)


def _judge(
    segmenter: Segmenter,
    pictures: Pictures,
    told: tuple[str, ...],
    asked: Asked,
    *,
    training: bool,
) -> Judged:
    slices, usual = pictures.slices, segmenter.config.settled().usual
    names = [name for name in STRUCTURES if name in told or (name == DISC and "annulus" in told)]
    overlap = np.full((len(pictures), len(names), len(FIGURES)), np.nan)
    odd = np.zeros(len(pictures), np.bool_)
    ours: list[list[Told]] = []
    theirs: list[list[Measured]] = []
    shown: list[Shown] = []
    for answer in ask(segmenter, pictures):
        odd[answer.indices] = usual.is_odd(answer.features)
        images = pictures.images(answer.indices).numpy()
        for place, index in enumerate(answer.indices.tolist()):
            truth, mask = pictures.mask(index), answer.masks[place]
            pixel_mm = (float(slices.pixel_row_mm[index]), float(slices.pixel_col_mm[index]))
            overlap[index] = _overlap(mask, truth, pixel_mm, names)
            ours.append(_measured(segmenter, answer, place, (pixel_mm, told)))
            theirs.append(measure_slice(truth, pixel_mm, told))
            found = float(overlap[index, :, 0].min(initial=1.0))
            shown.append(Shown(found, bool(odd[index]), images[place], truth, mask))
    kept = ~odd
    return Judged(
        asked.part if asked.split else ALL,
        len(pictures),
        int(odd.sum()),
        _by_hospital(overlap[kept], slices.take(kept), names),
        _agreement(ours, theirs, slices, kept),
        training,
        _to_show(shown),
    )


def _overlap(mask: Mask, truth: Mask, pixel_mm: tuple[float, float], names: list[str]) -> Numbers:
    rows = []
    for name in names:
        one, other = (np.isin(each, STRUCTURES[name]) for each in (mask, truth))
        rows.append((dice(one, other), *surface_mm(one, other, pixel_mm)))
    return np.array(rows)


def _measured(
    segmenter: Segmenter,
    answer: Answer,
    place: int,
    how: tuple[tuple[float, float], tuple[str, ...]],
) -> list[Told]:
    """Return the measures of one slice with their intervals, a row of one each."""
    widenings = segmenter.config.settled().widenings
    mean, *members = (
        measure_slice(mask, *how) for mask in (answer.masks[place], *answer.members[:, place])
    )
    found = []
    for at, measure in enumerate(MEASURES):
        value = mean[at].value
        spread = [member[at].value for member in members]
        interval = interval_of(value, spread, widenings.get(measure.name), measure.unit)
        numbers = (value, interval.low, interval.high)
        found.append(Told(*(np.array([np.nan if n is None else n]) for n in numbers)))
    return found


def _agreement(
    ours: list[list[Told]],
    theirs: list[list[Measured]],
    slices: Slices,
    kept: npt.NDArray[np.bool_],
) -> dict[str, Compared]:
    first, second = {}, {}
    for at, measure in enumerate(MEASURES):
        stacked = [
            np.concatenate([getattr(row[at], name) for row in ours])[kept]
            for name in ("value", "low", "high")
        ]
        first[measure.name] = Told(*stacked)
        values = np.array([np.nan if row[at].value is None else row[at].value for row in theirs])
        nothing = np.full(int(kept.sum()), np.nan)
        second[measure.name] = Told(values[kept].astype(np.float64), nothing, nothing)
    return compare_measures(first, second, slices.patient_id[kept])


def _by_hospital(
    overlap: Numbers, slices: Slices, names: list[str]
) -> dict[str, dict[str, dict[str, Figure]]]:
    found = {}
    for hospital in (ALL, *np.unique(slices.hospital).tolist()):
        mine = np.ones(len(slices), np.bool_) if hospital == ALL else slices.hospital == hospital
        found[hospital] = {
            name: {
                figure: clustered_mean(overlap[mine, place, at], slices.patient_id[mine])
                for at, figure in enumerate(FIGURES)
            }
            for place, name in enumerate(names)
        }
    return found


def _to_show(shown: list[Shown]) -> tuple[Shown, ...]:
    """Return the worst slices, some of the middle, and the best."""
    order = sorted(shown, key=lambda one: -1.0 if np.isnan(one.dice) else one.dice)
    middle = len(order) // 2
    picked = [*order[:4], *order[middle : middle + 2], *order[-2:]]
    return tuple(dict.fromkeys(picked))
