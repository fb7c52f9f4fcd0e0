"""hnp-train suspects."""

from pathlib import Path

import click

from hnp_model.commands.arguments import (
    FOLDER,
    dataset_argument,
    example,
    force_option,
    json_option,
)
from hnp_shared.command import echo_json, echo_table, reported


@click.command(
    "suspects",
    epilog=example(
        "hnp-train split data -o folds.csv --scheme kfold --folds 3",
        "hnp-train crossval data --split folds.csv --out folds --model compact --epochs 1",
        "hnp-train suspects folds data -o suspects.csv",
    ),
)
@click.argument("crossval", type=FOLDER)
@dataset_argument
@click.option(
    "-o",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="CSV to write, one row a slice, the disc that is likeliest wrong first.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Number of discs to write at most.",
)
@force_option
@json_option
def suspects_command(
    crossval: Path, out: Path, file: Path, top: int, force: bool, as_json: bool
) -> None:
    """List labels that are likely wrong, by what folds of CROSSVAL say of discs they have not seen.

    OUT is the data set that the folds were made on. A disc that a model misses for want of skill
    stands there too: the list is what to look at first, not what to change.
    """
    with reported():
        from hnp_model.evaluation.suspecting import find_suspects  # noqa: PLC0415  # loads pandas

        found = find_suspects(crossval, out, file, top=top, force=force)
        if as_json:
            echo_json(found.to_plain())
            return
        echo_table(
            [
                ("judged by folds that have not seen them", "count"),
                ("folds", f"{found.folds:,}"),
                ("patients", f"{found.patients:,}"),
                ("discs", f"{found.discs:,}"),
                ("labels expected to be wrong", f"{found.expected:,}"),
                ("discs written", f"{found.written:,}"),
            ]
        )
        click.echo(
            f"expected: {100 * found.base_rate:.1f} % of discs picked at random, by confident "
            "learning's count, in which discs that the model misjudges count too; on phantoms "
            "with planted wrong labels precision is measured in docs/second-reader.md"
        )
        click.echo(found.file)
