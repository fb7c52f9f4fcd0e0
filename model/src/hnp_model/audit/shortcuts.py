"""Shortcuts: what tells the label without showing the disc."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.audit.optimism import ANY_THRESHOLD, AUC
from hnp_model.audit.simple_model import predict_simply
from hnp_model.audit.vectors import INPUT_NAMES, InputName, Vectors
from hnp_model.data.slices import Slices
from hnp_model.measures.bootstrap import (
    MIN_PATIENTS,
    Figure,
    Model,
    estimate,
    fewest_patients,
    figure_of,
    resample,
)
from hnp_model.measures.units import PRIMARY_UNIT, Scores, UnitName, score_units
from hnp_shared.progress import track

UNITS: tuple[UnitName, ...] = ("slice", "level")
BASE: InputName = "tabular"
ADDED: tuple[InputName, ...] = ("acquisition", "border", "image")
"""Inputs of which is told what they add to the base."""

SUSPECTS: tuple[InputName, ...] = ("acquisition", "border")
"""Inputs that should know nothing of the disc."""

SHORTCUT_AUC = 0.55
"""The whole interval of a suspect's AUC must lie above this to be a finding. 0.5 is chance; 0.05 on
top, because hospitals differ a little in whom they see, which is no fault of the data."""

Numbers = npt.NDArray[np.float64]
ByUnit = Mapping[UnitName, Figure]


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """How well simple models do.

    Attributes:
        alone: input -> AUC of a model that sees it alone.
        added: input -> AUC that it adds to the base; `run` is a fitted run instead of the base.
    """

    alone: Mapping[str, ByUnit]
    added: Mapping[str, ByUnit]

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong: a suspect tells the label, and age, sex, width and disc do not say why.

        Without the second condition, a frame that merely shows at which disc the image was taken
        would be a finding: lower discs are herniated more often.
        """
        return tuple(
            f"{name} alone tells the label: AUC by disc {auc.value:.3f} "
            f"({auc.low:.3f} to {auc.high:.3f}), the whole interval above {SHORTCUT_AUC}"
            for name in SUSPECTS
            if _is_above(auc := self.alone[name][PRIMARY_UNIT], SHORTCUT_AUC)
            and _is_above(self.added[name][PRIMARY_UNIT], 0.0)
        )

    @property
    def unjudged(self) -> bool:
        """Whether there are too few patients to tell."""
        return self.alone[BASE][PRIMARY_UNIT].value is None

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {
            name: {
                seen: {unit: asdict(figure) for unit, figure in figures.items()}
                for seen, figures in table.items()
            }
            for name, table in (("alone", self.alone), ("added", self.added))
        }


def find_shortcuts(
    vectors: Mapping[InputName, Vectors],
    slices: Slices,
    train: npt.NDArray[np.bool_],
    run_probability: Numbers | None,
) -> Shortcuts:
    """Train simple models on one part and judge them on the rest.

    Args:
        vectors: what each input shows of each slice.
        slices: those of train and test.
        train: (slice,), which to learn from.
        run_probability: what a fitted run says of those of test; None when there is no run.
    """
    truth, judged = slices.is_patient[train], slices.take(~train)
    seen = {str(name): vectors[name] for name in INPUT_NAMES}
    seen |= {_with_base(name): vectors[BASE].joined(vectors[name]) for name in ADDED}
    predicted = {
        name: predict_simply(one.take(train), truth, one.take(~train))
        for name, one in track(
            seen.items(), "training simple models", total=len(seen), unit="model"
        )
    }
    alone = {name: predicted[name] for name in INPUT_NAMES}
    richer = {str(name): predicted[_with_base(name)] for name in ADDED}
    if run_probability is not None:
        richer["run"] = run_probability
    return Shortcuts(
        alone={name: _areas(judged, probability) for name, probability in alone.items()},
        added={
            name: gains(judged, predicted[BASE], probability)
            for name, probability in richer.items()
        },
    )


def gains(slices: Slices, poorer: Numbers, richer: Numbers) -> ByUnit:
    """Return how much more AUC one model has than another, from patients drawn for both at once."""
    return {
        unit: _gain(score_units(unit, slices, poorer), score_units(unit, slices, richer))
        for unit in UNITS
    }


def _is_above(figure: Figure, limit: float) -> bool:
    return figure.low is not None and figure.low > limit


def _with_base(name: InputName) -> str:
    return f"{BASE} + {name}"


def _areas(slices: Slices, probability: Numbers) -> ByUnit:
    return {
        unit: estimate(score_units(unit, slices, probability), ANY_THRESHOLD, AUC).figures[0]
        for unit in UNITS
    }


def _gain(poorer: Scores, richer: Scores) -> Figure:
    if fewest_patients(poorer) < MIN_PATIENTS:
        return Figure(None, None, None)
    models = [Model.of(scores, ANY_THRESHOLD) for scores in (poorer, richer)]
    before, after = (model.values(AUC)[0] for model in models)
    drawn = resample(models, AUC)[:, :, 0]  # (model, resample)
    return figure_of(after - before, drawn[1] - drawn[0])
