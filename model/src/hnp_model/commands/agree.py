"""hnp-train agree."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_model.commands.arguments import FILE, FOLDER, example, json_option
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted

if TYPE_CHECKING:
    from hnp_model.evaluation.agreeing import Compared
    from hnp_model.measures.bootstrap import Figure

_TITLES = {"agreement": "equal answers", "kappa": "Cohen's kappa", "ac1": "Gwet's AC1"}


@click.command("agree", epilog=example("hnp-train agree first.csv second.csv --data data"))
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option(
    "--data",
    type=FOLDER,
    metavar="OUT",
    help="Data set that the slices are of: tells whose they are, without which nothing has an "
    "interval, and what codes mean.",
)
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.png",
    help="Of two tables of measures: draw differences against means (Bland-Altman) here.",
)
@json_option
def agree_command(
    first: Path, second: Path, data: Path | None, picture: Path | None, as_json: bool
) -> None:
    """Tell how far two readers agree, by what each wrote in a file of corrections.

    FIRST and SECOND are files as hnp-train review downloads them: a row for each slice read,
    confirmed or changed. What a reader cannot tell is counted and left out.

    Two tables of hnp-train measure, .parquet, are compared measure by measure: bias, limits of
    agreement, ICC(2,1), and how often the first one's intervals hold the second's values.
    """
    of_measures = first.suffix == second.suffix == ".parquet"
    if picture is not None and not of_measures:
        raise click.UsageError("--picture goes with two tables of measures, .parquet")
    with reported():
        if of_measures:
            from hnp_model.commands.agree_measures import agree_on_measures  # noqa: PLC0415

            agree_on_measures(first, second, data, picture, as_json=as_json)
            return
        from hnp_model.evaluation.agreeing import compare_readers  # noqa: PLC0415  # loads numpy

        found = compare_readers(first, second, data)
        for remark in found.remarks:
            click.echo(f"note: {remark}", err=True)
        if as_json:
            echo_json(found.to_plain())
            return
        for number, (field, compared) in enumerate(found.fields.items()):
            if number:
                click.echo()
            _print(field, compared)


def _print(field: str, compared: "Compared") -> None:
    from hnp_model.measures.agreement import NAMES  # noqa: PLC0415  # loads numpy

    agreement = compared.agreement
    patients = agreement.patients if agreement else None
    whose = f" of {counted(patients, 'patient')}" if patients else ""
    unsure = f", {compared.unsure:,} of which one of them cannot tell" if compared.unsure else ""
    click.echo(f"{field}: {counted(compared.both, 'slice')} read by both{whose}{unsure}")
    if agreement is None:
        return
    figures = zip(NAMES, agreement.figures, strict=True)
    rows = [(_TITLES[name], _show(figure)) for name, figure in figures]
    echo_table([("figure", "value (95 %)"), *rows])
    counts = [
        (name, *(f"{count:,}" for count in row))
        for name, row in zip(agreement.categories, agreement.table.tolist(), strict=True)
    ]
    echo_table([("first says, second:", *agreement.categories), *counts])


def _show(figure: "Figure") -> str:
    if figure.value is None:
        return "- (one answer only)"
    ends = "" if figure.low is None else f" ({figure.low:.3f} to {figure.high:.3f})"
    return f"{figure.value:.3f}{ends}"
