"""hnp-train export."""

from pathlib import Path

import click

from hnp_model.commands.arguments import FILE, FOLDER, example, force_option, json_option
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.extras import needing

PACKAGES = "one of onnx, onnxscript and onnxruntime"
EXTRA = "hnp-model[onnx]"


@click.command("export", epilog=example("hnp-train export run -o model.onnx"))
@click.argument("run", type=FOLDER)
@click.argument("out", type=FOLDER, required=False)
@click.option(
    "--split",
    type=FILE,
    metavar="FILE",
    help="The run's split file.  [default: looked for beside the run]",
)
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="ONNX file to write.",
)
@force_option
@json_option
def export_command(  # click passes one argument a flag
    run: Path, out: Path | None, split: Path | None, file: Path, force: bool, as_json: bool
) -> None:
    """Write the network in RUN as an ONNX file, which judges val as the run does or is not written.

    OUT, its data set, and its split are looked for beside the run and in the working folder. Needs
    hnp-model[onnx].
    """
    with reported():
        with needing(PACKAGES, EXTRA):
            from hnp_model.exports.export import export  # noqa: PLC0415  # torch takes seconds

        found = export(run, out, split, file, force=force)
        if as_json:
            echo_json(found.to_plain())
            return
        about, parity = found.described, found.described.parity
        echo_table([("exported", "value"), *about.rows()])
        click.echo(
            f"{parity.slices} slices of val in batches of "
            f"{', '.join(map(str, parity.batch_sizes))}: logits differ from the run's by "
            f"{parity.largest_difference:.2g} at most"
        )
        if not found.evaluated:
            click.echo("note: the run has no card; hnp-train evaluate makes one", err=True)
        click.echo(f"{found.file}: {found.size / 1e6:.1f} MB")
