"""hnp-train crossval."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FILE, dataset_argument, example, json_option
from hnp_model.commands.fit_options import fit_options
from hnp_model.settings.fit import FitSettings
from hnp_shared.command import echo_json, echo_table, reported

if TYPE_CHECKING:
    from hnp_model.evaluation.cross_validation import CrossValidation
    from hnp_model.measures.pooling import Pooled


@click.command(
    "crossval",
    epilog=example(
        "hnp-train split data -o folds.csv --scheme kfold --folds 3",
        "hnp-train crossval data --split folds.csv --out folds --model compact --epochs 1",
    ),
    options_metavar="",
)
@dataset_argument
@click.argument(  # the shell makes many files of a pattern: all but the first come here
    "more_splits", nargs=-1, type=FILE, metavar="--split FILE... --out DIR [OPTIONS]"
)
@click.option(
    "--split",
    "splits",
    multiple=True,
    required=True,
    type=FILE,
    metavar="FILE...",
    help="One k-fold file, or several of three parts (NAME-H*.csv).",
)
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Folder of the folds, made here.",
)
@fit_options
@json_option
def crossval_command(  # click passes one argument a flag
    out: Path,
    more_splits: tuple[Path, ...],
    splits: tuple[Path, ...],
    target: Path,
    settings: FitSettings,
    as_json: bool,
) -> None:
    """Fit and evaluate every fold on the data set OUT, one run folder each.

    The same command goes on after a stop; a finished fold is not done again.
    """
    with reported():
        from hnp_model.evaluation.cross_validation import cross_validate  # noqa: PLC0415  # loads torch

        found = cross_validate(out, (*splits, *more_splits), target, settings)
        for remark in found.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(found.to_plain())
        else:
            _print(found, target)


def _print(found: "CrossValidation", target: Path) -> None:
    from hnp_model.evaluation.cross_validation import CROSSVAL_FILE, FOREST_FILE  # noqa: PLC0415
    from hnp_model.measures.units import UNITS  # noqa: PLC0415
    from hnp_model.report.figure_rows import TOO_FEW_MEANS, show_figure  # noqa: PLC0415
    from hnp_model.report.sentences import sentences_on_intervals  # noqa: PLC0415

    head = ("fold", "patients", *(f"auc, {unit}" for unit in UNITS))
    rows = [
        (
            fold.name,
            f"{fold.n_patients:,}",
            *(show_figure(fold.figure(unit, "auc"), too_few=True) for unit in UNITS),
        )
        for fold in found.folds
    ]
    echo_table([head, *rows])
    click.echo(f"\nmean (range) over {len(found.folds)} folds")
    echo_table([("metric", *UNITS), *_pooled_rows(found)])
    if any(fold.figure(unit, "auc").value is None for fold in found.folds for unit in UNITS):
        click.echo(TOO_FEW_MEANS)
    click.echo(
        "a range is no interval: folds share training patients, and each has its own model, so "
        "their scores are never put together"
    )
    for sentence in sentences_on_intervals(found.settings.seeds):
        click.echo(sentence)
    for name in (FOREST_FILE, CROSSVAL_FILE):
        click.echo(target / name)


def _pooled_rows(found: "CrossValidation") -> list[tuple[str, ...]]:
    from hnp_model.measures.metrics import METRICS  # noqa: PLC0415  # loads numpy
    from hnp_model.report.figure_rows import TOO_FEW  # noqa: PLC0415

    count = len(found.folds)
    return [
        (
            name,
            *(
                _show_pooled(figures[name], count) if figures["auc"].folds else TOO_FEW
                for figures in found.pooled.values()
            ),
        )
        for name in METRICS
    ]


def _show_pooled(figure: "Pooled", fold_count: int) -> str:
    if figure.mean is None:
        return "-"
    of_some = "" if figure.folds == fold_count else f" of {figure.folds}"
    return f"{figure.mean:.3f} ({figure.min:.3f} to {figure.max:.3f}){of_some}"
