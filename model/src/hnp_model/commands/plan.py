"""hnp-train plan."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FOLDER, example, json_option
from hnp_model.settings.plan import PlanSettings
from hnp_shared.command import echo_json, echo_table, reported

if TYPE_CHECKING:
    from hnp_model.plans.planning import Plan

HEAD = (
    "patients",
    "discs",
    "slices",
    "as test: AUC interval (9 in 10 under)",
    "as val: sensitivity",
    "as val: slope",
)
MOST_DISCS = 25
"""Five discs in each of five studies."""

SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
CORRELATION = click.FloatRange(0, 0.99)


@click.command("plan", epilog=example("hnp-train plan data --auc 0.8 --width 0.2"))
@click.argument("out", type=FOLDER, required=False)
@click.option(
    "--auc",
    type=click.FloatRange(0.5, 0.995, min_open=True),
    required=True,
    help="AUC by disc that the model is hoped to have.",
)
@click.option(
    "--width",
    type=SHARE,
    required=True,
    help="Width of its 95 % interval on test, in units of AUC.",
)
@click.option(
    "--threshold-width",
    type=SHARE,
    default=0.2,
    show_default=True,
    help="Width of the 95 % range of the sensitivity that a threshold chosen on val really has.",
)
@click.option(
    "--slope-width",
    type=click.FloatRange(0, min_open=True),
    default=0.5,
    show_default=True,
    help="Width of the 95 % interval of the calibration slope on val; a true slope is 1.",
)
@click.option(
    "--prevalence", type=SHARE, help="Share of positive discs.  [default: OUT's, else 0.4]"
)
@click.option(
    "--discs-per-patient",
    type=click.IntRange(1, MOST_DISCS),
    help="Number of discs of each patient.  [default: OUT's, else 5]",
)
@click.option(
    "--correlation",
    type=CORRELATION,
    help="Correlation of the labels of two discs of one patient.  [default: OUT's, else 0.2]",
)
@click.option(
    "--score-correlation",
    type=CORRELATION,
    help="Correlation of a model's logits on them, within a class.  [default: RUN's, else 0.3]",
)
@click.option(
    "--run", type=FOLDER, metavar="RUN", help="A run evaluated on test: how alike are its scores?"
)
@json_option
def plan_command(  # click passes one argument a flag
    out: Path | None,
    auc: float,
    width: float,
    threshold_width: float,
    slope_width: float,
    prevalence: float | None,
    discs_per_patient: int | None,
    correlation: float | None,
    score_correlation: float | None,
    run: Path | None,
    as_json: bool,
) -> None:
    """Tell how many patients test and val need, before any is spent.

    Parts are simulated whose patients are like those of the data set OUT, or like the values given.
    """
    settings = PlanSettings(
        *(auc, width, threshold_width, slope_width),
        *(prevalence, discs_per_patient, correlation, score_correlation),
    )
    with reported():
        from hnp_model.plans.planning import make_plan  # noqa: PLC0415  # loads numpy and scipy

        found = make_plan(out, run, settings)
        if as_json:
            echo_json(found.to_plain())
        else:
            _print(found)


def _print(found: "Plan") -> None:
    like, settings = found.clustering, found.settings
    click.echo(
        f"patients with {like.mean_discs:.3g} discs of {like.slices_per_disc:.3g} slices, "
        f"{like.prevalence:.1%} positive, correlation within a patient: labels "
        f"{like.label_correlation:.2f}, scores {like.score_correlation:.2f}; AUC by disc "
        f"{settings.auc:g}"
    )
    echo_table([HEAD, *_rows(found)])
    click.echo(
        f"test: {_count(found, found.test_patients)} for a 95 % interval of AUC by disc "
        f"{settings.width:g} wide"
    )
    click.echo(
        f"val: {_count(found, found.threshold_patients)} for thresholds whose sensitivity ranges "
        f"over {settings.threshold_width:g}, {_count(found, found.slope_patients)} for a "
        f"calibration slope known to {settings.slope_width:g}"
    )
    if found.patients_there is not None:
        click.echo(_with_data(found, found.patients_there))


def _rows(found: "Plan") -> list[tuple[str, ...]]:
    discs, slices = found.clustering.mean_discs, found.clustering.slices_per_disc
    return [
        (
            f"{one.patients:,}",
            f"{one.patients * discs:,.0f}",
            f"{one.patients * discs * slices:,.0f}",
            _show(one.auc_width, one.auc_width_often),
            _show(one.sensitivity_spread),
            _show(one.slope_width),
        )
        for one in found.ladder
    ]


def _show(value: float | None, often: float | None = None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}{'' if often is None else f' ({often:.3f})'}"


def _count(found: "Plan", patients: int | None) -> str:
    if patients is None:
        return f"over {found.ladder[-1].patients:,} patients"
    fewest = found.ladder[0].patients
    return f"{patients:,} patients{' or fewer' if patients == fewest else ''}"


def _with_data(found: "Plan", there: int) -> str:
    """Return what the plan means with the patients that are there."""
    if found.ratios:
        train, val, test = found.ratios
        return (
            f"this data set has {there:,} patients: --ratios {train}:{val}:{test} of hnp-train "
            f"split leaves {train / there:.0%} of them to train on"
        )
    parts = (found.test_patients, found.val_patients)
    needed = "more" if None in parts else f"{sum(filter(None, parts)):,}"
    return (
        f"this data set has {there:,} patients, test and val need {needed}: ask for wider "
        "intervals, collect more, or judge every patient once (hnp-train split --scheme kfold, "
        "hnp-train crossval)"
    )
