"""hnp-train tune."""

import shlex
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import dataset_argument, example, json_option, split_option
from hnp_model.commands.fit_options import fit_options
from hnp_model.fitting.presets import PRESET
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_model.settings.tune import DIMENSIONS, Dimension, TuneSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from hnp_model.search.tuning import Tried, Tuned


@click.command(
    "tune",
    epilog=example(
        "hnp-train tune data --split split.csv --out study --trials 2 --model compact --epochs 1"
    ),
)
@dataset_argument
@split_option
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the study and the best run, made here.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Fits that the study is to have, those of earlier or other processes among them.",
)
@click.option(
    "--search",
    multiple=True,
    type=click.Choice(DIMENSIONS),
    help="What is searched; repeat for several.  [default: all that the model has]",
)
@fit_options
@json_option
def tune_command(  # click passes one argument a flag
    out: Path,
    split: Path,
    target: Path,
    trials: int,
    search: tuple[Dimension, ...],
    settings: FitSettings,
    as_json: bool,
) -> None:
    """Look for the settings whose fit on OUT has the best AUC by disc on val.

    Never reads test. Several processes may be given the same command and share the work; the same
    command goes on after a stop. The other flags are those of fit: where the search begins.
    """
    with reported():
        with needing("optuna", "hnp-model[tune]"):
            from hnp_model.search.space import dimensions_of  # noqa: PLC0415  # an extra
            from hnp_model.search.tuning import tune  # noqa: PLC0415  # torch takes seconds

        if settings.seeds or settings.model in BASELINES:
            raise click.UsageError("tune takes a network, and one seed a trial")
        possible = dimensions_of(settings)
        for name in set(search) - set(possible):
            raise click.UsageError(f"--search {name} means nothing to this network and its inputs")
        wanted = TuneSettings(trials, tuple(dict.fromkeys(search)))
        found = tune(out, split, target, settings, wanted)
        if as_json:
            echo_json(found.to_plain())
        else:
            _print(found, out, split)


def _print(found: "Tuned", out: Path, split: Path) -> None:
    names = list(dict.fromkeys(name for trial in found.tried for name in trial.drawn))
    head = ("trial", "state", "epochs", "val_auc_level", *names)
    echo_table([head, *(_row(trial, names) for trial in found.tried)])
    for trial in found.tried:
        if trial.failure:
            click.echo(f"note: trial {trial.number} failed: {trial.failure}", err=True)
    if found.settings is None or found.run is None:
        click.echo("no trial has run to its end yet")
        return
    click.echo(
        f"best: trial {found.best}, its run: {found.run}\nits figure on val is the best of "
        f"{len(found.tried)} and so too good; judge it once on test, and fit it again by\n"
        f"{command_line(found.settings, out, split)}"
    )


def _row(trial: "Tried", names: list[str]) -> tuple[str, ...]:
    value = "-" if trial.val_auc_level is None else f"{trial.val_auc_level:.4f}"
    drawn = (_show(trial.drawn.get(name)) for name in names)
    return (str(trial.number), trial.state, str(trial.epochs), value, *drawn)


def _show(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def command_line(settings: FitSettings, out: Path, split: Path) -> str:
    """Return the `hnp-train fit` that trains with these settings."""
    preset = settings.preset or "plain"
    flags: list[tuple[str, object]] = [("preset", preset)] if settings.preset else []
    flags += [
        (field.name, getattr(settings, field.name))
        for field in fields(settings)
        if field.name not in ("preset", "craft", "patience", "codes")
    ]
    if settings.codes:
        flags += [("target", "code"), ("code_model", settings.codes.model)]
        flags.append(("code_order", ",".join(settings.codes.order or ()) or None))
    flags.append(("patience", settings.patience or 0))
    standing = PRESET[preset].craft
    flags += [
        (field.name, getattr(settings.recipe, field.name))
        for field in fields(standing)
        if getattr(settings.recipe, field.name) != getattr(standing, field.name)
    ]
    told = [part for name, value in flags for part in _flag(name, value)]
    return shlex.join(["hnp-train", "fit", str(out), "--split", str(split), "--out", "RUN", *told])


def _flag(name: str, value: object) -> tuple[str, ...]:
    option = name.replace("_", "-")
    if name == "flip":
        return ("--flip" if value else "--no-flip",)
    if value is True:
        return (f"--{option}",)
    if isinstance(value, tuple):
        return tuple(part for one in value for part in (f"--{option}", str(one)))
    return () if value is None or value is False else (f"--{option}", str(value))
