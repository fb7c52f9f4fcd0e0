"""hnp-train check-model."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_model.commands.arguments import FILE, FOLDER, example, json_option
from hnp_model.commands.export import EXTRA, PACKAGES
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.extras import needing


@click.command("check-model", epilog=example("hnp-train check-model model.onnx data"))
@click.argument("file", type=FILE)
@click.argument("out", type=FOLDER, required=False)
@json_option
def check_model_command(file: Path, out: Path | None, as_json: bool) -> None:
    """Tell what the exported FILE says of itself, and try it on the data set OUT.

    Whoever made it: a file that is not of the form that hnp-train export writes is refused. Needs
    hnp-model[onnx].
    """
    with reported():
        with needing(PACKAGES, EXTRA):
            from hnp_model.exports.check import check  # noqa: PLC0415  # torch takes seconds

        about, tried = check(file, out)
        if as_json:
            echo_json({**asdict(about), "tried": asdict(tried) if tried else None})
            return
        rows = about.rows()
        if tried:
            threshold = about.thresholds["slice"]
            rows += [
                ("slices tried", f"{tried.slice_count:,}"),
                (f"called positive (from {threshold:.3f} on)", f"{tried.called:,}"),
            ]
        echo_table([("exported", "value"), *rows])
