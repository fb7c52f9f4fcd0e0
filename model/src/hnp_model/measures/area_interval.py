"""The area under the ROC curve by patient, and its interval."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from hnp_model.measures.sureness import Interval, freedom, quantile, unbiased, wilson
from hnp_model.measures.units import Scores

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class AreaParts:
    """An area under the ROC curve, and what each patient adds to its error.

    Attributes:
        area: the area.
        up: (patient,), what the patient's positives add.
        down: (patient,), what its negatives add.
        with_hits: patients with a positive.
        with_alarms: patients with a negative.
    """

    area: float
    up: Numbers
    down: Numbers
    with_hits: int
    with_alarms: int

    @property
    def fewest(self) -> int:
        """Patients of the class that has fewer of them."""
        return min(self.with_hits, self.with_alarms)

    @property
    def variance(self) -> float:
        """Obuchowski's variance of the area."""
        return float(
            unbiased(self.with_hits) * (self.up @ self.up)
            + unbiased(self.with_alarms) * (self.down @ self.down)
            + 2 * unbiased(self.up.size) * (self.up @ self.down)
        )


def area_parts(scores: Scores) -> AreaParts:
    """Return the area under the ROC curve by patient, both classes among the rows.

    Source: Obuchowski NA, Nonparametric analysis of clustered ROC curve data, Biometrics 1997; 53:
    567-578.
    """
    truth, patient, count = scores.truth, scores.patient, scores.patient_count
    hits, alarms = scores.probability[truth], scores.probability[~truth]
    above = _placements(hits, alarms)  # of each positive among the negatives
    below = 1 - _placements(alarms, hits)  # of each negative among the positives
    area = float(above.mean())
    positives = np.bincount(patient[truth], minlength=count)
    negatives = np.bincount(patient[~truth], minlength=count)
    up = np.bincount(patient[truth], weights=above, minlength=count) - positives * area
    down = np.bincount(patient[~truth], weights=below, minlength=count) - negatives * area
    counts = (int(np.count_nonzero(positives)), int(np.count_nonzero(negatives)))
    return AreaParts(area, up / hits.size, down / alarms.size, *counts)


def area_interval(scores: Scores) -> Interval:
    """Return the interval of the area under the ROC curve, both classes among the rows.

    Obuchowski's variance for clustered data, on the logit scale. An area is more often seen too
    high than too low where it is near 1, so the middle is the logit with half an independent row
    added to either side. Equal scores tell nothing of any patient: their area is that of ties, 0.5,
    whoever is drawn.

    Source: Haldane JBS, The estimation and significance of the logarithm of a ratio of frequencies,
    Annals of Human Genetics 1956; 20: 309-311 (the halves).
    """
    parts = area_parts(scores)
    area, variance, fewest = parts.area, parts.variance, parts.fewest
    if scores.probability[0] == scores.probability[-1]:
        return area, area
    if not 0 < area < 1 or variance <= 0:
        return wilson(area, fewest, quantile(fewest))
    reach = quantile(freedom(parts.up + parts.down, fewest))
    reach *= math.sqrt(variance) / (area * (1 - area))
    rows = area * (1 - area) / variance
    middle = float(logit((area * rows + 0.5) / (rows + 1)))
    return float(expit(middle - reach)), float(expit(middle + reach))


def _placements(mine: Numbers, theirs: Numbers) -> Numbers:
    """Return which share of the others each value lies above, ties as half."""
    ordered = np.sort(theirs)
    below = np.searchsorted(ordered, mine, "left") + np.searchsorted(ordered, mine, "right")
    shares: Numbers = below / (2 * theirs.size)
    return shares
