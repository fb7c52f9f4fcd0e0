"""What the flags of a fit mean for a baseline."""

from dataclasses import fields
from typing import Any

import click
from click.core import ParameterSource

from hnp_model.fitting.presets import CRAFT_FLAGS
from hnp_model.settings.fit import BASELINES, FitSettings

ALWAYS = {"model", "inputs", "seed", "device", "fold", "allow_leakage", "columns"}
"""Flags that any model takes; the seed of a regression changes nothing."""


def settle_baseline(flags: dict[str, Any]) -> None:
    """Put a baseline's own defaults among the flags of a fit; other models keep theirs.

    Raises:
        click.UsageError: a flag was given that means nothing to the baseline.
    """
    model = flags["model"]
    if model not in BASELINES:
        return
    context = click.get_current_context()
    of_training = {*(field.name for field in fields(FitSettings)), *CRAFT_FLAGS, "preset"}
    names = [name for name in flags if name in of_training]
    given = [name for name in names if context.get_parameter_source(name) == _BY_HAND]
    strange = [name for name in given if name not in ALWAYS | BASELINES[model].keys()]
    if strange:
        option = strange[0].replace("_", "-")
        raise click.UsageError(f"--{option} means nothing to --model {model}")
    if "inputs" in given and flags["inputs"] != "tabular":
        raise click.UsageError(f"--model {model} sees tabular inputs only")
    flags["inputs"] = "tabular"
    own = {"epochs": 1, "lr": 1.0} | BASELINES[model]
    flags.update({name: value for name, value in own.items() if name not in given})


_BY_HAND = ParameterSource.COMMANDLINE
