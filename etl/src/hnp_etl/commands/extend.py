"""`hnp-etl extend`."""

from pathlib import Path

import click

from hnp_etl.further.by_slice import SLICE, extend_by_slice
from hnp_etl.further.extend import KEYS, ExtendConfig, ExtendReport, extend
from hnp_etl.further.revealing import MOST_DIGITS
from hnp_etl.further.wanted import Wanted
from hnp_etl.private.folder import private_folder
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.dataset_info import DatasetInfo


def _wanted(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> tuple[Wanted, ...]:
    try:
        return tuple(map(Wanted.parse, texts))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    "extend",
    epilog="Example: hnp-etl extend spine --table clinic.csv --key patient "
    "--columns 'Weight (kg)=weight_kg' --columns smoker --out spine-clinic",
)
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--table",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of the hospital, CSV or Excel, one line a patient or study; or the measures of "
    "hnp-train measure.",
)
@click.option(
    "--key",
    required=True,
    type=click.Choice([*KEYS, SLICE]),
    help="By what a line names whom it is about: the patient value, the StudyInstanceUID, or, of "
    "the table of hnp-train measure, the slice.",
)
@click.option(
    "--columns",
    multiple=True,
    required=True,
    metavar="HEADER[=NAME]",
    callback=_wanted,
    help="A column that may pass, and its name in the manifest; may be given several times. "
    "Nothing else of the table passes.",
)
@click.option(
    "--out",
    "new",
    required=True,
    metavar="NEW",
    type=click.Path(path_type=Path),
    help="Folder of the data set with the further columns.",
)
@click.option("--key-column", metavar="HEADER", help="Column of the key.  [default: by its name]")
@click.option(
    "--hospital",
    "hospitals",
    multiple=True,
    metavar="NAME",
    help="Hospital that the table is of; may be given several times. Needed where the data set "
    "is of several.",
)
@click.option(
    "--hospital-column",
    metavar="HEADER",
    help="Column that tells the hospital of each line, as the manifest names it.",
)
@click.option(
    "--digits",
    type=click.IntRange(1, MOST_DIGITS),
    help="Round numbers with fractions to this whole number of significant digits.",
)
@click.option(
    "--private",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Private folder of the data set; of a merged one, each of its parts.  "
    "[default: OUT.private]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def extend_command(
    out: Path,
    table: Path,
    key: str,
    columns: tuple[Wanted, ...],
    new: Path,
    key_column: str | None,
    hospitals: tuple[str, ...],
    hospital_column: str | None,
    digits: int | None,
    private: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Join columns of a hospital's table to the data set OUT, as a new data set."""
    of_hospital = (key_column, hospitals, hospital_column, digits, private)
    if key == SLICE and any(of_hospital):
        raise click.UsageError("--key slice takes --table, --columns and --out alone")
    with reported():
        if key == SLICE:
            _tell_measures(extend_by_slice(out, table, columns, new), new, as_json=as_json)
            return
        config = ExtendConfig(
            out=out,
            table=table,
            key=key,
            wanted=columns,
            new=new,
            private=private or (private_folder(out),),
            hospitals=hospitals,
            hospital_column=hospital_column,
            key_column=key_column,
            digits=digits,
        )
        report = extend(config)
        _warn(report)
        if as_json:
            _echo_json(report)
        else:
            _echo(report, key, new)


def _tell_measures(info: DatasetInfo, new: Path, *, as_json: bool) -> None:
    joined = info.joined[-1]
    if as_json:
        echo_json({"dataset_id": info.dataset_id, **joined.to_json()})
        return
    echo_table([("column", "meaning"), *joined.columns.items()])
    slices = counted(joined.patients, "slice")
    click.echo(f"\ndata set {info.dataset_id}: {slices} have measures; look into {new}")


def _warn(report: ExtendReport) -> None:
    matched = report.matched
    for count, what in (
        (matched.unmatched, "that name nobody in the data set"),
        (matched.keyless, "without a key"),
        (matched.unclear, "that name several people by one value"),
    ):
        if count:
            click.echo(f"warning: lines of the table {what}: {count}; nothing is taken", err=True)
    for name, places in report.unreadable.items():
        click.echo(
            f"warning: column {name} has {counted(len(places), 'value')} that cannot be read and "
            f"became null, the first in {places[0]}",
            err=True,
        )


def _echo_json(report: ExtendReport) -> None:
    joined = report.info.joined[-1]
    echo_json(
        {
            "dataset_id": report.info.dataset_id,
            **joined.to_json(),
            "of": report.owners,
            "without_key": report.matched.keyless,
            "unclear": report.matched.unclear,
            "unreadable": {name: len(places) for name, places in report.unreadable.items()},
            "values": {column.name: len(column.values) for column in report.columns},
        }
    )


def _echo(report: ExtendReport, key: str, new: Path) -> None:
    head = ("column", f"{'patients' if key == 'patient' else 'studies'} with a value", "holds")
    rows = [
        (column.name, f"{len(column.values)} of {report.owners}", column.meaning)
        for column in report.columns
    ]
    echo_table([head, *rows])
    joined = report.info.joined[-1]
    click.echo(f"\n{joined.matched} of {joined.lines} lines of the table name somebody")
    click.echo(f"data set {report.info.dataset_id}: look into {new / 'manifest.parquet'}")
