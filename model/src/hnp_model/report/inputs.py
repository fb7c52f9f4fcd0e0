"""Inputs of the slices judged beside those of the slices trained on, and what is remarkable."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc

from hnp_model.data.profile import UNITS, Numbers, Profile, Spread, describe
from hnp_model.data.slices import Slices
from hnp_model.data.tabular import FEATURES
from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.settings.fit import Inputs

NOTEWORTHY_OUTSIDE = 0.05
"""Share of slices outside train's range, which 1 % of train's own lie outside, that is remarked."""

NOTEWORTHY_MISSING = 0.1
"""Share of slices without an input, beyond train's share, that is remarked."""

NOTEWORTHY_BALANCE = 0.05
"""Difference between the shares of positive slices that is remarked."""

CHANCE = 0.001
"""What comes of patients drawn like train's more rarely than this is no chance."""

ERRORS = 3.29
"""Standard errors that a difference exceeds by chance once in 1 / `CHANCE`."""


@dataclass(frozen=True, slots=True)
class InputBeside:
    """One quantity, where judged and in train.

    Attributes:
        missing: share of the slices judged without it.
        missing_in_train: share of train's slices.
        low: lower end of train's range; None where it has none.
        high: its upper end.
        outside: share of the slices judged that lie outside; None where there is no range.
    """

    missing: float
    missing_in_train: float
    low: float | None
    high: float | None
    outside: float | None


@dataclass(frozen=True, slots=True)
class InputsBeside:
    """What the network is given here, and was given in train.

    Attributes:
        by_name: quantity -> both sides.
        remarks: what is remarkable.
    """

    by_name: Mapping[str, InputBeside]
    remarks: tuple[str, ...]

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        return {name: asdict(one) for name, one in self.by_name.items()}

    def sentence(self) -> str:
        """Return the missing shares of the tabular inputs."""
        shares = [
            f"{name} {100 * one.missing:.1f} % ({100 * one.missing_in_train:.1f} %)"
            for name, one in self.by_name.items()
            if name in FEATURES or name not in UNITS
        ]
        return f"inputs missing here (in train): {', '.join(shares)}" if shares else ""


def inputs_beside(
    train: Profile,
    inputs: Inputs,
    slices: Slices,
    quantities: Mapping[str, Numbers],
    *,
    labelled: bool,
) -> InputsBeside:
    """Return how what is judged differs from train.

    Args:
        train: what train was like.
        inputs: what the network looks at; nothing else is told.
        slices: those judged.
        quantities: of the same, from `profile.quantities_of`.
        labelled: whether their truth is known.
    """
    patient = np.unique(slices.patient_id, return_inverse=True)[1]
    names = _names(inputs, tuple(train.spreads))
    looked_at = {name: train.spreads[name] for name in names if name in train.spreads}
    by_name = {name: _beside(quantities[name], spread) for name, spread in looked_at.items()}
    remarks: list[str] = []
    for name, spread in looked_at.items():
        remarks += _on_missing(name, train, np.isnan(quantities[name]), patient)
        remarks += _on_range(name, train, spread.is_outside(quantities[name]), patient)
    remarks += _on_hospitals(train, slices)
    if labelled:
        remarks += _on_balance(train, describe(slices, {}))
    return InputsBeside(by_name, tuple(remarks))


def _names(inputs: Inputs, known: tuple[str, ...]) -> tuple[str, ...]:
    pictures = tuple(name for name in UNITS if name not in FEATURES)
    further = tuple(name for name in known if name not in (*FEATURES, *pictures))
    return ((*FEATURES, *further) if inputs != "image" else ()) + (
        pictures if inputs != "tabular" else ()
    )


def _beside(values: Numbers, spread: Spread) -> InputBeside:
    missing, ranged = float(np.isnan(values).mean()), spread.low is not None
    outside = float(spread.is_outside(values).mean()) if ranged else None
    return InputBeside(missing, spread.missing, spread.low, spread.high, outside)


def _on_missing(
    name: str, train: Profile, missing: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64]
) -> Iterator[str]:
    before, here = train.spreads[name].missing, float(missing.mean())
    if here == 1:
        return  # refused, or told as such
    if here - before > NOTEWORTHY_MISSING and _beyond_chance(missing, patient, before, train):
        yield f"{name} is missing in {_percent(here)} of the slices, in {_percent(before)} of train"


def _on_range(
    name: str, train: Profile, outside: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64]
) -> Iterator[str]:
    spread, share = train.spreads[name], float(outside.mean())
    if share == 1 or (share > NOTEWORTHY_OUTSIDE and _beyond_chance(outside, patient, 0.01, train)):
        yield (
            f"{name} of {_percent(share)} of the slices lies outside train's range, "
            f"{spread.low:.4g} to {spread.high:.4g} {UNITS[name]} (99 % of its slices)"
        )


def _on_hospitals(train: Profile, slices: Slices) -> Iterator[str]:
    unseen = sorted(set(slices.hospital.tolist()) - set(train.hospitals))
    if unseen:
        here = np.isin(slices.hospital, unseen)
        patients = np.unique(slices.patient_id[here]).size
        yield (
            f"{', '.join(unseen)}: not a hospital of train, {patients:,} patients and "
            f"{int(here.sum()):,} slices here"
        )


def _on_balance(train: Profile, here: Profile) -> Iterator[str]:
    if here.patients < MIN_PATIENTS:
        return
    apart = abs(here.positive_share - train.positive_share)
    error = float(np.hypot(here.positive_error, train.positive_error))
    if apart > NOTEWORTHY_BALANCE and apart > ERRORS * error:
        yield (
            f"{_percent(here.positive_share)} of the slices are positive, "
            f"{_percent(train.positive_share)} of train: predictive values, accuracy and "
            "calibration change with that share"
        )


def _beyond_chance(
    odd: npt.NDArray[np.bool_], patient: npt.NDArray[np.int64], expected: float, train: Profile
) -> bool:
    """Tell whether more patients are odd than come of patients like those of train.

    One patient's slices are alike, so patients count, those with most of their slices odd; the
    ends of a range over few of them leave out 2 in n + 1 on average.
    """
    counts = np.bincount(patient)
    odd_patients = int((np.bincount(patient, weights=odd) > counts / 2).sum())
    chance = min(1.0, expected + 2 / (train.patients + 1))
    return odd_patients > 0 and bool(bdtrc(odd_patients - 1, counts.size, chance) < CHANCE)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
