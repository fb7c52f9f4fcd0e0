"""`hnp-etl masks`."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hnp_etl.private.folder import private_folder
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import InputError
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from hnp_etl.masks.making import MasksReport
    from hnp_etl.masks.seg_writing import SegsReport

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _values(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> dict[int, str]:
    from hnp_etl.masks.classes import parse_value  # noqa: PLC0415  # loads numpy

    try:
        return dict(map(parse_value, texts))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(
    "masks",
    epilog="Example: hnp-etl masks outlines spine -o spine-masks",
)
@click.argument("source", metavar="SRC-MASKS", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=FOLDER)
@click.option(
    "-o",
    "target",
    required=True,
    metavar="MASKS",
    type=click.Path(path_type=Path),
    help="New folder of the mask set; with --dicom-seg a private folder.",
)
@click.option(
    "--private", type=FOLDER, help="Private folder of the data set.  [default: OUT.private]"
)
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of mask,slice_id or mask,image where paths do not tell; image as hnp-etl link "
    "prints it.",
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="NUMBER=CLASS",
    callback=_values,
    help="What a number of the masks means: background, nucleus, annulus, disc, sac, posterior or "
    "ligament; may be given several times.  [default: 0 to 5, or Sudirman's greys]",
)
@click.option(
    "--dicom-seg",
    is_flag=True,
    help="SRC-MASKS is a mask set: write it as DICOM Segmentations, one for the slices of a "
    "series that lie alike.",
)
@click.option(
    "--src",
    multiple=True,
    type=FOLDER,
    help="With --dicom-seg: a folder of the sources, where they lie elsewhere now; may be given "
    "several times.",
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="With --dicom-seg: date of the documents.  [default: today]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def masks_command(
    source: Path,
    out: Path,
    target: Path,
    private: Path | None,
    table: Path | None,
    values: dict[int, str],
    dicom_seg: bool,
    src: tuple[Path, ...],
    day: dt.datetime | None,
    as_json: bool,
) -> None:
    """Lay masks over the slices of the data set OUT: through the same crop, nearest pixel.

    SRC-MASKS is a folder of PNG, NIfTI or DICOM SEG, or the DIR.truth.npz of a phantom. A PNG is
    named as its image, a NIfTI volume as the folder of its series; a SEG names its images itself.
    """
    if not dicom_seg and (src or day):
        raise click.UsageError("found --src or --date without --dicom-seg, expected them with it")
    if dicom_seg and (table or values):
        raise click.UsageError("found --table or --value with --dicom-seg, expected neither")
    with reported():
        folder = private or private_folder(out)
        if dicom_seg:
            dated = (day.date() if day else dt.datetime.now().astimezone().date()).isoformat()
            _write_segs((source, out, folder, target), dated.replace("-", ""), src, as_json)
            return
        from hnp_etl.masks.making import MasksConfig, make_masks  # noqa: PLC0415  # loads OpenCV

        _tell(make_masks(MasksConfig(source, out, folder, target, table, values)), as_json)


def _tell(report: "MasksReport", as_json: bool) -> None:
    info = report.masks.info
    if as_json:
        echo_json(
            {
                "mask_set_id": report.masks.mask_set_id,
                "dataset_id": info.dataset_id,
                "kind": report.kind,
                "told": list(info.told),
                "slices": info.slices,
                "slices_without": report.slices - info.slices,
                "not_taken": {str(why): count for why, count in report.lost.items()},
            }
        )
        return
    for why, count in report.lost.items():
        click.echo(f"note: {count:,} not taken: {why}", err=True)
    rows = [
        ("slices with a mask", f"{info.slices:,} of {report.slices:,}"),
        ("written as", report.kind),
        ("outlined", ", ".join(info.told)),
    ]
    echo_table([("masks", report.masks.mask_set_id), *rows])


def _write_segs(
    places: tuple[Path, Path, Path, Path], day: str, src: tuple[Path, ...], as_json: bool
) -> None:
    with needing("highdicom", "hnp-etl[clinic]"):
        from hnp_etl.masks.seg_writing import SegsConfig, write_segs  # noqa: PLC0415  # an extra

    masks, out, private, target = places
    report: SegsReport = write_segs(SegsConfig(masks, out, private, target, day, src))
    for series_id, why in report.failed.items():
        click.echo(f"warning: series {series_id}: {why}; nothing was written of it", err=True)
    if as_json:
        echo_json(
            {
                "segmentations": report.written,
                "images": report.images,
                "failed": dict(report.failed),
            }
        )
    else:
        echo_table(
            [
                ("segmentations for research", "count"),
                ("segmentations", f"{report.written:,}"),
                ("source images", f"{report.images:,}"),
            ]
        )
        click.echo(f"\nthey name patients: look into {target}")
    if report.failed:
        raise InputError(
            f"the masks of {len(report.failed)} series could not be written, expected all"
        )
