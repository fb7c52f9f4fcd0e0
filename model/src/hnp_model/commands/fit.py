"""hnp-train fit."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    dataset_argument,
    example,
    fold_option,
    json_option,
    split_option,
)
from hnp_model.commands.fit_options import fit_options
from hnp_model.settings.fit import BASELINES, FitSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from hnp_model.runs.history import History, Watch


@click.command(
    "fit",
    epilog=example("hnp-train fit data --split split.csv --out run --model compact --epochs 2"),
)
@dataset_argument
@split_option
@click.option(
    "--out",
    "run",
    type=click.Path(path_type=Path),
    required=True,
    metavar="RUN",
    help="Folder of the run, made here.",
)
@fold_option
@fit_options
@click.option("--resume", is_flag=True, help="Go on with a fit that was stopped.")
@click.option(
    "--tensorboard",
    is_flag=True,
    help="Write a file of events into RUN after each epoch; needs hnp-model[tensorboard].",
)
@json_option
def fit_command(  # click passes one argument a flag
    out: Path,
    split: Path,
    run: Path,
    settings: FitSettings,
    resume: bool,
    tensorboard: bool,
    as_json: bool,
) -> None:
    """Train a network on the data set OUT.

    The weights kept are those with the best AUC by disc on the validation part.
    """
    if tensorboard and (settings.seeds or settings.model in BASELINES):
        raise click.UsageError("--tensorboard goes with a network of one seed")
    with reported(resume="the same command with --resume goes on"):
        from hnp_model.fitting.fitting import fit, follow  # noqa: PLC0415  # torch takes seconds to import
        from hnp_model.fitting.several.processes import together  # noqa: PLC0415
        from hnp_model.report.findings import TRAINING  # noqa: PLC0415
        from hnp_model.report.remarks import remarks_on_fit, remarks_on_near_copies  # noqa: PLC0415

        with together(settings) as ranks:
            if ranks.rank:
                follow(out, split, settings)
                return
            watch = _events_of(run) if tensorboard else None
            fitted = fit(out, split, run, settings, resume=resume, watch=watch)
        near = remarks_on_near_copies(fitted.near_copies)
        for remark in (*remarks_on_fit(fitted.config), *near, *fitted.remarks):
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(fitted.summary())
        else:
            rows = [(name, _show(value)) for name, value in fitted.summary().items()]
            echo_table([("fit", "value"), *rows])
            click.echo(f"{TRAINING}: the fit has used train and val, figures on them are too good")
            click.echo(f"run: {run}")


def _events_of(run: Path) -> "Watch":
    """Return what writes a file of events after each epoch, and never ends a fit."""
    with needing("tensorboard", "hnp-model[tensorboard]"):
        from hnp_model.runs.events import write_events  # noqa: PLC0415  # an extra
    from hnp_model.runs.run_folder import RunFolder  # noqa: PLC0415

    def watch(history: "History") -> bool:
        write_events(RunFolder(run), history)
        return False

    return watch


def _show(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
