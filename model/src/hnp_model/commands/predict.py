"""hnp-train predict."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_model.commands.arguments import FOLDER, dataset_argument, force_option, json_option
from hnp_shared.command import echo_json, echo_table, reported


@click.command("predict")
@click.argument("run", type=FOLDER)
@dataset_argument
@click.option(
    "-o", "target", type=click.Path(path_type=Path), required=True, help="Parquet file to write."
)
@click.option(
    "--allow-mismatch",
    is_flag=True,
    help="Take a data set whose pixels were made by another recipe.",
)
@force_option
@json_option
def predict_command(
    run: Path, out: Path, target: Path, allow_mismatch: bool, force: bool, as_json: bool
) -> None:
    """Write what the model in RUN says of each slice of the data set OUT, labelled or not."""
    with reported():
        from hnp_model.evaluation.predicting import predict_dataset  # noqa: PLC0415  # torch takes seconds

        told = predict_dataset(run, out, target, allow_mismatch=allow_mismatch, force=force)
        for remark in told.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(asdict(told))
        else:
            rows = [
                ("patients", f"{told.patient_count:,}"),
                ("slices", f"{told.slice_count:,}"),
                (f"called positive (from {told.threshold:.3f} on)", f"{told.called:,}"),
            ]
            echo_table([("predicted", "count"), *rows])
            click.echo(target)
