"""Figures with their intervals; patients are resampled, for slices of one are not independent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

from hnp_model.measures.intervals import interval_of
from hnp_model.measures.metrics import METRICS, Judged, judge, measure
from hnp_model.measures.units import Scores

RESAMPLES = 2_000
SEED = 0
INTERVAL = (0.025, 0.975)
"""Quantiles of the resamples that are reported as low and high."""

MIN_PATIENTS = 10
"""Fewer patients than this in a class say nothing about either: no figures are given."""

CHUNK_CELLS = 400_000
"""Weights held at a time: small enough for the processor's cache, large enough for numpy."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval; None where it is not defined.

    Attributes:
        low: lower end, as `intervals` or `difference` has it; in audits of the percentile form.
        high: upper end.
        low_percentile: lower end of the percentile form, from resampled patients.
        high_percentile: upper end of the percentile form.
        low_seeds: lower end with the variance between seeds; None where one was trained.
        high_seeds: upper end with it.
    """

    value: float | None
    low: float | None
    high: float | None
    low_percentile: float | None = None
    high_percentile: float | None = None
    low_seeds: float | None = None
    high_seeds: float | None = None

    def to_plain(self) -> dict[str, float | None]:
        """Return what JSON holds; a run of one seed says nothing of seeds."""
        plain: dict[str, float | None] = asdict(self)
        return {
            name: value
            for name, value in plain.items()
            if value is not None or not name.endswith("_seeds")
        }


@dataclass(frozen=True, slots=True)
class Estimates:
    """All figures of some rows.

    Attributes:
        figures: one for each name asked for, in that order.
        resamples_dropped: resamples that drew one class only.
        resamples_undefined: name -> others in which that figure is not defined, where there are
            any: nothing was called positive, say.
    """

    figures: tuple[Figure, ...]
    resamples_dropped: int
    resamples_undefined: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What is judged: a model's rows, and the threshold it was given."""

    judged: Judged
    threshold: float

    @classmethod
    def of(cls, scores: Scores, threshold: float) -> "Model":
        """Return the model of some scores."""
        return cls(judge(scores), threshold)

    def values(self, names: Sequence[str]) -> Numbers:
        """Return the figures of all rows, (name,)."""
        once = np.ones((1, self.judged.scores.truth.size))
        return np.asarray(measure(self.judged, self.threshold, once, names)[0])


def estimate(scores: Scores, threshold: float, names: Sequence[str] = METRICS) -> Estimates:
    """Return the figures with their intervals, threshold and model fixed."""
    if fewest_patients(scores) < MIN_PATIENTS:
        return Estimates((Figure(None, None, None),) * len(names), 0)
    model = Model.of(scores, threshold)
    (drawn,) = resample([model], names)
    figures = tuple(
        _with_interval(name, model, value, each)
        for name, value, each in zip(names, model.values(names), drawn.T, strict=True)
    )
    lacking = np.count_nonzero(~np.isfinite(drawn), axis=0).tolist()
    undefined = {
        name: count
        for name, figure, count in zip(names, figures, lacking, strict=True)
        if count and figure.value is not None
    }
    return Estimates(figures, RESAMPLES - len(drawn), undefined)


def _with_interval(name: str, model: Model, value: np.float64, drawn: Numbers) -> Figure:
    found = figure_of(value, drawn)
    if found.value is None:
        return found
    finite = drawn[np.isfinite(drawn)]
    told = interval_of(name, found.value, model.judged, model.threshold, finite)
    ends = told or (found.low, found.high)
    return Figure(found.value, *ends, found.low, found.high)


def resample(models: Sequence[Model], names: Sequence[str]) -> Numbers:
    """Return the figures of resampled patients, (model, resample, name).

    All models are judged on the same patients each time; resamples of one class are left out.

    Args:
        models: at least one, of the same rows, each in the order of its own probabilities.
        names: the figures wanted.
    """
    first = models[0].judged.scores
    resampled = []
    for counts in draw_patients(first.patient_count, first.truth.size):
        positives = counts @ np.bincount(first.patient, weights=first.truth)
        both = (positives > 0) & (positives < counts @ np.bincount(first.patient))
        drawn = counts[both]
        resampled.append([_measure_drawn(model, drawn, names) for model in models])
    return np.concatenate(resampled, axis=1)


def draw_patients(patient_count: int, row_count: int) -> Iterator[Numbers]:
    """Yield how often each patient is drawn, (resample, patient), some resamples at a time.

    Args:
        patient_count: patients to draw from; as many are drawn in each resample.
        row_count: rows they have, which bounds how many resamples come at a time.
    """
    random = np.random.default_rng(SEED)
    chunk = max(1, CHUNK_CELLS // max(row_count, patient_count))
    for first in range(0, RESAMPLES, chunk):
        size = min(chunk, RESAMPLES - first)
        drawn = random.integers(0, patient_count, size=(size, patient_count))
        drawn += np.arange(size)[:, None] * patient_count
        counts = np.bincount(drawn.ravel(), minlength=size * patient_count)
        yield counts.reshape(size, patient_count).astype(np.float64)


def fewest_patients(scores: Scores) -> int:
    """Return the number of patients in the class that has fewer of them."""
    return min(np.unique(scores.patient[scores.truth == truth]).size for truth in (False, True))


def figure_of(value: np.float64, drawn: Numbers) -> Figure:
    """Return a figure with the interval that holds 95 % of what was drawn, (resample,)."""
    defined = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not defined.size:
        return Figure(None, None, None)
    low, high = np.quantile(defined, INTERVAL)
    return Figure(float(value), float(low), float(high))


def _measure_drawn(model: Model, drawn: Numbers, names: Sequence[str]) -> Numbers:
    weights = drawn[:, model.judged.scores.patient]  # (resample, row)
    return measure(model.judged, model.threshold, weights, names)
