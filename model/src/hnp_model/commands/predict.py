"""hnp-train predict."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import (
    FOLDER,
    allow_missing_option,
    dataset_argument,
    example,
    force_option,
    json_option,
    ppv_option,
    referral_error_option,
    refuse_two_aims,
    sensitivity_option,
    tta_option,
)
from hnp_model.settings.evaluate import PredictSettings
from hnp_shared.command import echo_json, echo_table, reported

if TYPE_CHECKING:
    from hnp_model.evaluation.predicted import Predicted


@click.command("predict", epilog=example("hnp-train predict run data -o said.parquet"))
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Table of slices to write, .parquet or .csv; FILE-discs and FILE-patients go beside it.",
)
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder to write into.  [default: RUN/evaluations/DATA-SET-all]",
)
@click.option(
    "--allow-mismatch",
    is_flag=True,
    help="Take a data set whose pixels were made by another recipe.",
)
@allow_missing_option
@referral_error_option
@sensitivity_option
@ppv_option
@tta_option
@force_option
@json_option
def predict_command(  # click passes one argument a flag
    run: Path,
    out: Path,
    file: Path | None,
    target: Path | None,
    allow_mismatch: bool,
    allow_missing: bool,
    referral_error: float,
    sensitivity: float | None,
    ppv: float | None,
    tta: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write what the model in RUN says of each slice, disc and patient of the data set OUT.

    With labels or without. The column read_next tells in which order a reader's answers would tell
    the most: what the model is least certain of comes first.
    """
    if file and target:
        raise click.UsageError("expected -o FILE or --out DIR, not both")
    refuse_two_aims(sensitivity, ppv)
    settings = PredictSettings(
        *(allow_mismatch, allow_missing, force, tta, referral_error, sensitivity, ppv)
    )
    with reported():
        from hnp_model.evaluation.predicted import predict_dataset  # noqa: PLC0415  # torch takes seconds

        told = predict_dataset(run, out, settings, file=file, target=target)
        for remark in told.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(told.to_plain())
        else:
            _print(told)


def _print(told: "Predicted") -> None:
    from hnp_model.report.decision_words import point_sentence  # noqa: PLC0415  # loads numpy

    said = told.by_unit
    discs, patients = said.units["level"], said.units["patient"]
    rows = [
        ("patients", f"{told.patient_count:,}"),
        ("discs", f"{discs.count:,}"),
        ("slices", f"{told.slice_count:,}"),
        (f"slices called positive (from {told.threshold:.3f} on)", f"{told.called:,}"),
    ]
    for name, one in (("discs", discs), ("patients", patients)):
        if one.threshold is not None:
            rows.append(
                (f"{name} called positive (from {one.threshold:.3f} on)", f"{one.called:,}")
            )
        level = f"at an error level of {100 * said.error_level:g} % a class"
        sets = one.sets or {"not known, for val has too few patients": one.count}
        rows += [(f"{name} whose set {level} is {set_}", f"{n:,}") for set_, n in sets.items()]
    echo_table([("predicted", "count"), *rows])
    for point in said.points:
        click.echo(point_sentence(point))
    if told.beside.inputs:
        click.echo(told.beside.inputs.sentence())
    for file in said.files:
        click.echo(file)
