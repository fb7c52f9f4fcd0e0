"""Figures of label codes, with intervals: patients are resampled, as everywhere. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.between_seeds import with_seeds
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, draw_patients, figure_of
from hnp_model.measures.code_rows import CodeRows, call_codes
from hnp_model.measures.intervals import ratio_interval
from hnp_model.measures.metrics import areas_under_curve
from hnp_model.measures.sureness import Interval
from hnp_model.measures.units import Scores
from hnp_model.settings.codes import CodeModel

Numbers = npt.NDArray[np.float64]
Drawn = Mapping[str, Numbers]


@dataclass(frozen=True, slots=True)
class CodeFigures:
    """Figures of one unit.

    Attributes:
        confusion: rows of each code (the truth) that were called each.
        patients: of each code, patients with a row of it.
        accuracy: share of rows that were called right.
        kappa_quadratic: agreement beyond chance, an error counting by the square of its grades.
        auc_macro: mean area under the ROC curve of a code against all others, over `macro_over`.
        macro_over: indices of the codes that enough patients have, and lack.
        accuracy_by_code: of each code, share of its rows that were called right.
        auc_by_code: of each code, the area against all others.
    """

    confusion: tuple[tuple[int, ...], ...]
    patients: tuple[int, ...]
    accuracy: Figure
    kappa_quadratic: Figure
    auc_macro: Figure
    macro_over: tuple[int, ...]
    accuracy_by_code: tuple[Figure, ...]
    auc_by_code: tuple[Figure, ...]

    def to_plain(self, classes: Sequence[str]) -> dict[str, object]:
        """Return what metrics.json holds."""

        def named(figures: Sequence[Figure]) -> dict[str, object]:
            return {code: one.to_plain() for code, one in zip(classes, figures, strict=True)}

        return {
            "accuracy": self.accuracy.to_plain(),
            "kappa_quadratic": self.kappa_quadratic.to_plain(),
            "auc_macro": self.auc_macro.to_plain(),
            "auc_macro_over": [classes[index] for index in self.macro_over],
            "accuracy_by_code": named(self.accuracy_by_code),
            "auc_by_code": named(self.auc_by_code),
            "n_patients": dict(zip(classes, self.patients, strict=True)),
            "confusion": [list(row) for row in self.confusion],
        }


def figures_by_code(model: CodeModel, rows: CodeRows) -> CodeFigures:
    """Return the figures of some rows, one at least.

    Where no code has enough patients with it and without it there are none of all rows either.

    Args:
        model: what codes are to the network.
        rows: of one unit.
    """
    of_all, enough = _Codes.of(model, rows.probability, rows), _Enough.of(rows)
    figures = _figures(of_all, [_Codes.of(model, said, rows) for said in rows.members], enough)
    nothing = Figure(None, None, None)

    def each(name: str) -> tuple[Figure, ...]:
        return tuple(figures.get(f"{name} {code}", nothing) for code in range(of_all.count))

    return CodeFigures(
        confusion=tuple(tuple(map(int, row)) for row in of_all.confusion().sum(axis=0)),
        patients=tuple(map(int, enough.patients)),
        accuracy=figures.get("accuracy", nothing),
        kappa_quadratic=figures.get("kappa_quadratic", nothing),
        auc_macro=figures.get("auc_macro", nothing),
        macro_over=tuple(enough.ranked) if "auc_macro" in figures else (),
        accuracy_by_code=each("accuracy"),
        auc_by_code=each("auc"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Enough:
    """Which codes can be judged: `patients` have each, `hit` ones many, `ranked` lack it too."""

    patients: npt.NDArray[np.int64]
    hit: list[int]
    ranked: list[int]

    @classmethod
    def of(cls, rows: CodeRows) -> "_Enough":
        count = rows.probability.shape[1]
        own = rows.truth == np.arange(count)[:, None]  # (code, row)
        having = np.array([np.unique(rows.patient[here]).size for here in own])
        lacking = np.array([np.unique(rows.patient[~here]).size for here in own])
        hit = np.flatnonzero(having >= MIN_PATIENTS).tolist()
        return cls(having, hit, [code for code in hit if lacking[code] >= MIN_PATIENTS])


def _figures(of_all: "_Codes", members: Sequence["_Codes"], enough: _Enough) -> dict[str, Figure]:
    """Return figure -> what it is, for those that enough patients tell of."""
    names = [f"accuracy {code}" for code in enough.hit]
    names += [f"auc {code}" for code in enough.ranked]
    names += ["accuracy", "kappa_quadratic"] if enough.ranked else []
    names += ["auc_macro"] if len(enough.ranked) > 1 else []
    patients, once = of_all.patient_count, np.ones((1, of_all.patient_count))
    value = of_all.values(once, enough.ranked)
    parts = [
        of_all.values(each, enough.ranked) for each in draw_patients(patients, of_all.truth.size)
    ]
    by_member = [one.values(once, enough.ranked) for one in members]
    found = {}
    for name in names:
        drawn = figure_of(value[name][0], np.concatenate([part[name] for part in parts]))
        if drawn.value is None:
            continue
        low, high = of_all.interval(name) or (drawn.low, drawn.high)
        figure = Figure(drawn.value, low, high, drawn.low, drawn.high)
        each = np.array([member[name][0] for member in by_member])
        found[name] = with_seeds(figure, [each], (-1 if name.startswith("kappa") else 0, 1))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Codes:
    """What one model says of some rows, ready to be weighted by patient."""

    count: int
    truth: npt.NDArray[np.int64]
    called: npt.NDArray[np.int64]
    patient: npt.NDArray[np.int64]
    scores: tuple[Scores, ...]

    @classmethod
    def of(cls, model: CodeModel, probability: Numbers, rows: CodeRows) -> "_Codes":
        scores = []
        for code, column in enumerate(probability.T):
            order = np.argsort(-column, kind="stable")
            scores.append(Scores(column[order], (rows.truth == code)[order], rows.patient[order]))
        called = call_codes(model, probability)
        return cls(probability.shape[1], rows.truth, called, rows.patient, tuple(scores))

    @property
    def patient_count(self) -> int:
        """Number of patients."""
        return int(self.patient.max()) + 1

    def interval(self, name: str) -> Interval | None:
        """Return the interval of a share or an area, as others have it; None: percentiles do."""
        kind, _, code = name.partition(" ")
        if kind == "auc":
            return area_interval(self.scores[int(code)])
        if kind != "accuracy":
            return None
        rows = self.truth == int(code) if code else np.ones(self.truth.size, np.bool_)
        hit = (rows & (self.called == self.truth)).astype(np.float64)
        return ratio_interval(hit, rows.astype(np.float64), self.patient)

    def confusion(self) -> Numbers:
        """Return how often each code was called each, (patient, truth, called)."""
        found = np.zeros((self.patient_count, self.count, self.count))
        np.add.at(found, (self.patient, self.truth, self.called), 1)
        return found

    def values(self, counts: Numbers, ranked: Sequence[int]) -> Drawn:
        """Return figure -> its value in each resample, NaN where it is not defined.

        Args:
            counts: (resample, patient), how often each patient counts.
            ranked: codes whose areas are wanted.
        """
        confusion = np.tensordot(counts, self.confusion(), axes=1)  # (resample, truth, called)
        right, total = np.trace(confusion, axis1=1, axis2=2), confusion.sum(axis=(1, 2))
        found = {"accuracy": right / total, "kappa_quadratic": quadratic_kappa(confusion)}
        with np.errstate(invalid="ignore"):  # 0/0 where a code was not drawn
            for code in range(self.count):
                found[f"accuracy {code}"] = confusion[:, code, code] / confusion[:, code].sum(1)
        for code in ranked:
            scores = self.scores[code]
            found[f"auc {code}"] = areas_under_curve(scores, counts[:, scores.patient])
        if len(ranked):
            found["auc_macro"] = np.mean([found[f"auc {code}"] for code in ranked], axis=0)
        return found


def quadratic_kappa(confusion: Numbers) -> Numbers:
    """Return Cohen's kappa with quadratic weights; NaN where all is of one code and called so.

    Cohen J, Weighted kappa, Psychological Bulletin 1968; 70: 213-220.

    Args:
        confusion: (..., code, code), counts.
    """
    index = np.arange(confusion.shape[-1])
    weights = np.square(index[:, None] - index).astype(np.float64)
    rows, columns = confusion.sum(axis=-1), confusion.sum(axis=-2)
    expected = rows[..., :, None] * columns[..., None, :] / rows.sum(axis=-1)[..., None, None]
    off, by_chance = (weights * confusion).sum((-1, -2)), (weights * expected).sum((-1, -2))
    with np.errstate(invalid="ignore"):
        kappa: Numbers = 1 - off / np.where(by_chance > 0, by_chance, np.nan)
    return kappa
