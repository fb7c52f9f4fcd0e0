"""`hnp-etl attach`."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_etl.private.folder import private_folder
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import InputError
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from hnp_etl.clinic.attach import AttachReport

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(
    "attach",
    epilog="Example: hnp-etl attach said.parquet spine --out spine.private/attached --limit 10",
)
@click.argument("predictions", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=FOLDER)
@click.option(
    "--out",
    "target",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Private folder to write into, made with mode 700: what is written names patients.",
)
@click.option(
    "--private", type=FOLDER, help="Private folder of the data set.  [default: OUT.private]"
)
@click.option(
    "--series",
    multiple=True,
    metavar="ID",
    help="A series_id of the manifest; may be given several times.  [default: all predicted]",
)
@click.option("--limit", type=click.IntRange(1), help="Write this whole number of series at most.")
@click.option("--maps", type=FOLDER, help="Folder of hnp-train explain: its maps are drawn too.")
@click.option(
    "--src",
    multiple=True,
    type=FOLDER,
    help="A folder of the sources, as given to the build, where they lie elsewhere now; may be "
    "given several times.",
)
@click.option("--weights-sha256", metavar="HEX", help="Of the model, where PREDICTIONS lack it.")
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Date of the documents; the same command with the same date gives the same bytes.  "
    "[default: today]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def attach_command(
    predictions: Path,
    out: Path,
    target: Path,
    private: Path | None,
    series: tuple[str, ...],
    limit: int | None,
    maps: Path | None,
    src: tuple[Path, ...],
    weights_sha256: str | None,
    day: dt.datetime | None,
    as_json: bool,
) -> None:
    """Write what PREDICTIONS say of the data set OUT as DICOM, for research.

    One Structured Report and one secondary capture a series, which refer to the source images and
    name the patient: they belong into the hospital's archive for research, never into OUT.
    """
    with reported():
        with needing("highdicom", "hnp-etl[clinic]"):
            from hnp_etl.clinic.attach import AttachConfig, attach  # noqa: PLC0415  # an extra

        dated = (day.date() if day else dt.datetime.now().astimezone().date()).isoformat()
        config = AttachConfig(
            predictions=predictions,
            out=out,
            private=private or private_folder(out),
            target=target,
            day=dated.replace("-", ""),
            series=series,
            limit=limit,
            src=src,
            maps=maps,
            weights_sha256=weights_sha256,
        )
        report = attach(config)
        for series_id, why in report.failed.items():
            click.echo(f"warning: series {series_id}: {why}; nothing was written of it", err=True)
        if maps and report.series and not report.maps:
            click.echo("warning: --maps has none of the slices attached; no map is drawn", err=True)
        _tell(report, dated, target, as_json=as_json)
        if report.failed:
            raise InputError(
                f"{len(report.failed)} of {report.series + len(report.failed)} series could not be "
                "attached, expected all"
            )


def _tell(report: "AttachReport", dated: str, target: Path, *, as_json: bool) -> None:
    counts = {
        "series": report.series,
        "written": report.written,
        "there_already": report.there,
        "source_images": report.images,
        "maps": report.maps,
    }
    if as_json:
        failed = {"failed": dict(report.failed), "date": dated}
        echo_json({**counts, **failed})
        return
    head = ("documents for research", "count")
    echo_table([head, *((name.replace("_", " "), f"{count:,}") for name, count in counts.items())])
    click.echo(f"\ndated {dated}, read back, named for patients: look into {target}")
