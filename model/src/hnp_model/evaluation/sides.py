"""Who may stand on one side of a comparison: runs of one recipe, each with luck of its own."""

from collections.abc import Sequence
from dataclasses import fields

from hnp_model.runs.evaluated import Evaluated
from hnp_model.runs.run_config import RunConfig
from hnp_model.settings.fit import FitSettings
from hnp_shared.errors import InputError

_NO_RECIPE = frozenset({"seed", "fold", "allow_leakage", "device"})
"""Settings that runs of one recipe may differ in."""

_FEW_RUNS = 3
"""Two runs tell so little of what seeds change that only large differences are found."""

_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)


def name_runs(count: int, side: str) -> list[str]:
    """Return how messages call the runs of a side.

    >>> name_runs(1, "second"), name_runs(2, "second")
    (['second'], ["second side's first", "second side's second"])
    """
    if count == 1:
        return [side]
    numbers = [*_ORDINALS, *(f"no. {number}" for number in range(11, count + 1))]
    return [f"{side} side's {number}" for number in numbers[:count]]


def refuse_mixed(side: Sequence[Evaluated], which: str) -> None:
    """Refuse a side on which runs are of several recipes, or one stands twice.

    Args:
        side: its runs.
        which: how messages call it ("first").

    Raises:
        InputError: says what differs, or what does not.
    """
    if len({run.weights_sha256 for run in side}) < len(side):
        raise InputError(
            f"the {which} side has the same weights twice, expected runs of different seeds "
            "(what no seed changes is compared one with one)"
        )
    configs = [run.config for run in side if run.config]
    for name in sorted({field.name for field in fields(FitSettings)} - _NO_RECIPE):
        values = list(dict.fromkeys(getattr(config.settings, name) for config in configs))
        if len(values) > 1:
            raise InputError(
                f"the {which} side mixes recipes: {name} {values[0]} and {values[1]}, "
                "expected runs that differ in their seed alone"
            )
    lucks = [(config.settings.seed, *_trained_on(config)) for config in configs]
    twice = [luck for luck in lucks if lucks.count(luck) > 1]
    if twice:
        raise InputError(
            f"the {which} side has seed {twice[0][0]} twice, expected runs of different seeds"
        )


def remarks_on_sides(first: Sequence[Evaluated], second: Sequence[Evaluated]) -> tuple[str, ...]:
    """Return what a reader should know of the runs that are compared."""
    runs, several = (*first, *second), max(len(first), len(second)) > 1
    remarks = []
    if several and min(len(first), len(second)) < _FEW_RUNS:
        remarks.append(
            f"under {_FEW_RUNS} runs on a side: what another seed changes is hardly known, and "
            "intervals are wide"
        )
    if several and not all(run.config for run in runs):
        remarks.append(
            "an evaluation lies apart from its run: whether those of a side are of one recipe and "
            "of different seeds is not known"
        )
    trained_on = {_trained_on(run.config) for run in runs if run.config}
    kinds = ("data sets", "splits or folds")
    counts = [len({one[0] for one in trained_on}), len(trained_on)]
    differing = [f"{count} {kind}" for count, kind in zip(counts, kinds, strict=True) if count > 1]
    if differing:
        remarks.append(f"trained on {differing[0]}, which is a part of what differs")
    return tuple(remarks)


def _trained_on(config: RunConfig) -> tuple[str, str, int | None]:
    return config.data.dataset_id, config.split.digest, config.settings.fold
