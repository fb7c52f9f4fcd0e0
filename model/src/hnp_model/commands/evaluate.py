"""hnp-train evaluate."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FILE,
    FOLDER,
    allow_leakage_option,
    allow_missing_option,
    dataset_argument,
    example,
    json_option,
    out_option,
    ppv_option,
    referral_error_option,
    refuse_two_aims,
    sensitivity_option,
    tta_option,
)
from hnp_model.settings.evaluate import ALL, EvaluateSettings
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.splits import PARTS

if TYPE_CHECKING:
    from hnp_model.report.findings import Findings

MOST_REFITS = 100_000


@click.command("evaluate", epilog=example("hnp-train evaluate run data --split split.csv"))
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option("--split", type=FILE, metavar="FILE", help="Split file, of hnp-train split.")
@click.option("--part", type=click.Choice(PARTS), help="Part to judge.  [default: test]")
@click.option("--all", "everything", is_flag=True, help="Judge the whole data set, no split.")
@click.option(
    "--allow-mismatch",
    is_flag=True,
    help="Take a data set whose pixels were made by another recipe; the card says so.",
)
@allow_leakage_option
@referral_error_option
@sensitivity_option
@ppv_option
@allow_missing_option
@tta_option
@out_option
@click.option("--force", is_flag=True, help="Overwrite another evaluation.")
@click.option(
    "--refits",
    type=click.IntRange(1, MOST_REFITS),
    help="Learn a baseline so many times anew from resampled patients of train: how much of its "
    "AUC there is optimism?",
)
@click.option(
    "--skip-missing-inputs",
    is_flag=True,
    help="Leave out how it does without each input, for which images are looked at twice more.",
)
@json_option
def evaluate_command(  # click passes one argument a flag
    run: Path,
    out: Path,
    split: Path | None,
    part: str | None,
    everything: bool,
    allow_mismatch: bool,
    allow_leakage: bool,
    referral_error: float,
    sensitivity: float | None,
    ppv: float | None,
    allow_missing: bool,
    tta: bool,
    target: Path | None,
    force: bool,
    refits: int | None,
    skip_missing_inputs: bool,
    as_json: bool,
) -> None:
    """Judge the model in RUN on the data set OUT; thresholds come from the run."""
    if everything == (split is not None):
        raise click.UsageError("expected either --split FILE or --all")
    if everything and part:
        raise click.UsageError("--part goes with --split, not with --all")
    refuse_two_aims(sensitivity, ppv)
    settings = EvaluateSettings(
        *(ALL if everything else part or "test", allow_mismatch, allow_leakage, referral_error),
        *(allow_missing, force),
        refits=refits or 0,
        without=not skip_missing_inputs,
        tta=tta,
        sensitivity=sensitivity,
        ppv=ppv,
    )
    with reported():
        from hnp_model.evaluation.evaluation import evaluate  # noqa: PLC0415  # torch takes seconds to import

        found = evaluate(run, out, split, settings, target)
        for remark in found.remarks:
            click.echo(f"note: {remark}", err=True)
        if found.anew:
            click.echo("note: the run's weights have changed: its figures were made anew", err=True)
        if as_json:
            echo_json(found.metrics())
        else:
            _print_figures(found)


def _print_figures(found: "Findings") -> None:
    from hnp_model.measures.metrics import METRICS  # noqa: PLC0415
    from hnp_model.report.figure_rows import TOO_FEW_MEANS, calibration_rows, figure_rows  # noqa: PLC0415
    from hnp_model.report.findings import TRAINING  # noqa: PLC0415
    from hnp_model.report.sentences import sentences_on  # noqa: PLC0415
    from hnp_model.runs.run_folder import REPORT_FILES  # noqa: PLC0415

    units = {str(unit): figures for unit, figures in found.asked.units.items()}
    counts = units["slice"]
    click.echo(
        f"{found.part}: {counted(counts.n_patients, 'patient')}, "
        f"{counted(counts.n_levels, 'disc')}, {counted(counts.n_slices, 'slice')}"
        f"{f', {TRAINING}' if found.part in found.training else ''}"
        f"{', LEAKING: figures are too good' if found.leaks else ''}"
    )
    echo_table(figure_rows(units, METRICS))
    if any(figures.too_few for figures in units.values()):
        click.echo(TOO_FEW_MEANS)
    if found.codes:
        _print_codes(found)
    if found.calibration:
        click.echo()
        echo_table(calibration_rows(found.calibration))
        click.echo()
    for sentence in sentences_on(found):
        click.echo(sentence)
    for name in REPORT_FILES:
        click.echo(found.place / name)


def _print_codes(found: "Findings") -> None:
    from hnp_model.report.codes import code_rows, code_sentences, confusion_rows  # noqa: PLC0415

    here = found.codes[found.part]
    for rows in (code_rows(here), confusion_rows(here)) if here.units else ():
        click.echo()
        echo_table(rows)
    for sentence in code_sentences(here):
        click.echo(sentence)
