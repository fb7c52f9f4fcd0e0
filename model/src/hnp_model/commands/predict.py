"""hnp-train predict."""

from pathlib import Path

import click

from hnp_model.commands.arguments import (
    FOLDER,
    allow_missing_option,
    dataset_argument,
    example,
    force_option,
    json_option,
    tta_option,
)
from hnp_model.settings import PredictSettings
from hnp_shared.command import echo_json, echo_table, reported


@click.command("predict", epilog=example("hnp-train predict run data -o said.parquet"))
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option(
    "-o", "file", type=click.Path(path_type=Path), metavar="FILE", help="Parquet file to write."
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
    tta: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Write what the model in RUN says of each slice of the data set OUT, labelled or not."""
    if file and target:
        raise click.UsageError("expected -o FILE or --out DIR, not both")
    settings = PredictSettings(allow_mismatch, allow_missing, force, tta)
    with reported():
        from hnp_model.evaluation.predicting import predict_dataset  # noqa: PLC0415  # torch takes seconds

        told = predict_dataset(run, out, settings, file=file, target=target)
        for remark in told.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(told.to_plain())
        else:
            rows = [
                ("patients", f"{told.patient_count:,}"),
                ("slices", f"{told.slice_count:,}"),
                (f"called positive (from {told.threshold:.3f} on)", f"{told.called:,}"),
            ]
            echo_table([("predicted", "count"), *rows])
            if told.beside.inputs:
                click.echo(told.beside.inputs.sentence())
            click.echo(told.file)
