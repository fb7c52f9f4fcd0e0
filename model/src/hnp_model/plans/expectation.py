"""What a test part is worth before a model has seen it: how wide its interval will be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from hnp_model.data.slices import Slices
from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.bootstrap import MIN_PATIENTS, fewest_patients
from hnp_model.measures.units import Scores, score_units
from hnp_model.plans.clustering import Clustering
from hnp_model.plans.simulation import SEED, with_scores
from hnp_shared.splits import Split

DRAWN = 50
"""Drawings of scores; the mean width is then known to one part in fifty, in a tenth of a second."""

ASSUMED_AUC = 0.8
WIDE = 0.15
"""An interval wider than this cannot tell a useful model from a poor one."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What to expect of a test part.

    Attributes:
        name: how the part is called.
        patients: it has.
        fewest: patients with a disc of the class that fewer have.
        width: mean width of the 95 % interval of the AUC by disc, were that `ASSUMED_AUC`; None
            where a class has too few patients for any figure.
    """

    name: str
    patients: int
    fewest: int
    width: float | None

    @property
    def is_small(self) -> bool:
        """Whether figures on it will be rough, or none."""
        return self.width is None or self.width > WIDE

    def __str__(self) -> str:
        if self.width is None:
            return (
                f"{self.name} will have no figures: {self.fewest:,} of its {self.patients:,} "
                f"patients have a disc of the rarer class, expected at least {MIN_PATIENTS}"
            )
        return (
            f"{self.name} has {self.patients:,} patients: at an AUC by disc of {ASSUMED_AUC:g} "
            f"expect a 95 % interval {self.width:.2f} wide"
        )


def expect_of_smallest(slices: Slices, splits: Mapping[str, Split]) -> Expectation | None:
    """Return what to expect of the test part in which a class has the fewest patients.

    Args:
        slices: of the data set.
        splits: name of the file -> the split, which names every slice; each fold of one with
            folds is a test part.
    """
    parts = [
        (fewest_patients(discs), discs.patient_count, number, name, discs)
        for number, (name, discs) in enumerate(_test_parts(slices, splits))
    ]
    if not parts:
        return None
    fewest, patients, _, name, discs = min(parts, key=lambda part: part[:3])
    called = f"the smallest test part, {name}," if len(parts) > 1 else "test"
    width = mean_width(discs) if fewest >= MIN_PATIENTS else None
    return Expectation(called, patients, fewest, width)


def mean_width(discs: Scores) -> float:
    """Return the mean width of the interval of the AUC when scores are drawn for the discs."""
    random, usual = np.random.default_rng(SEED), Clustering(prevalence=float(discs.truth.mean()))
    drawn = (
        with_scores(discs.truth, discs.patient, ASSUMED_AUC, usual, random) for _ in range(DRAWN)
    )
    return float(np.mean([high - low for low, high in map(area_interval, drawn)]))


def _test_parts(slices: Slices, splits: Mapping[str, Split]) -> Iterator[tuple[str, Scores]]:
    """Yield name and discs of each test part; probabilities are 0."""
    for file, split in splits.items():
        ids = slices.patient_id if split.unit == "patient" else slices.slice_id
        parts = np.array([split.parts[name] for name in ids.tolist()])
        for part in sorted(set(parts.tolist())) if split.folds else ("test",):
            test = slices.take(parts == part)
            if len(test):
                discs = score_units("level", test, np.zeros(len(test)))
                yield (f"fold {part}" if split.folds else file), discs
