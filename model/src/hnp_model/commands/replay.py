"""hnp-train replay."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_model.commands.arguments import FILE, FOLDER, example, json_option
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import GateError


@click.command("replay", epilog=example("hnp-train replay run"))
@click.argument("run", type=FOLDER)
@click.argument("out", type=FOLDER, required=False)
@click.option(
    "--split",
    type=FILE,
    metavar="FILE",
    help="The run's split file.  [default: looked for beside the run]",
)
@click.option(
    "--out",
    "target",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the second run.  [default: RUN/replay]",
)
@json_option
def replay_command(
    run: Path, out: Path | None, split: Path | None, target: Path | None, as_json: bool
) -> None:
    """Train RUN again as its config.json says, and compare; exits with 3 if bits differ.

    OUT, its data set, and its split are looked for beside the run and in the working folder. The
    same command goes on after a stop.
    """
    with reported():
        from hnp_model.evaluation.replaying import replay  # noqa: PLC0415  # torch takes seconds

        found = replay(run, out, split, target)
        if as_json:
            echo_json({**asdict(found), "run": str(found.run)})
        else:
            echo_table([("replayed", "before", "now"), *found.differences])
            click.echo(f"run: {found.run}")
        if not found.same_weights:
            raise GateError(
                "the weights are not the same bits; probabilities on val differ by "
                f"{found.largest_difference:.3g} at most"
            )
        click.echo("the same weights, bit for bit", err=as_json)
