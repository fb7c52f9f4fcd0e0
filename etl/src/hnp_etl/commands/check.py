"""`hnp-etl check`."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_etl.protocols.acquisitions import acquisitions_of
from hnp_etl.protocols.holding import Deviation, deviations, unmet_hospitals
from hnp_etl.protocols.loading import load_protocol
from hnp_shared.check import CheckReport, check_dataset
from hnp_shared.command import echo_json, echo_notices, echo_table, reported
from hnp_shared.counted import counted
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import GateError, InputError
from hnp_shared.mask_set import MASKS_FILE, open_mask_set
from hnp_shared.mask_set_check import check_mask_set
from hnp_shared.small_groups import SMALL_GROUP_PATIENTS, SmallGroups
from hnp_shared.telling import one_line


@click.command("check", epilog="Example: hnp-etl check spine --deep")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--deep", is_flag=True, help="Compare the pixels of all slices.")
@click.option(
    "--protocol",
    type=click.Path(exists=True, path_type=Path),
    help="Hold how slices were acquired against this TOML file (survey --write-protocol drafts "
    "one), or against the ranges of the data set in this folder; exit 3 when a hospital does not "
    "keep to it.",
)
@click.option(
    "--of",
    "data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="OUT is a mask set: compare its slices with those of this data set.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(out: Path, deep: bool, protocol: Path | None, data: Path | None, as_json: bool) -> None:
    """Check the data set OUT: schema, counts, ledger sums, every sha256, aliases, pixels.

    Pixels in the shards are compared with the manifest: those of a sample of at least 64 slices, or
    of all with --deep. What was not looked at is told.

    Also tells the smallest group of age band, sex, hospital and vendor, with a warning when it has
    fewer than 5 patients, and warns of what did not fit when OUT was built, such as patients who
    became one; these are no findings.

    OUT may be a mask set: its files, their sha256 and their classes are looked at.
    """
    with reported():
        if data or (out / MASKS_FILE).is_file():
            _check_masks(out, data, as_json=as_json)
            return
        report = check_dataset(out, deep=deep)
        beyond = None if protocol is None or report.findings else _held(out, protocol)
        if as_json:
            echo_json(
                {
                    "dataset_id": report.dataset_id,
                    "origin": report.origin,
                    "files": report.files,
                    "slices": report.slices,
                    "pixels_compared": report.compared,
                    "not_looked_at": list(report.not_looked_at),
                    "findings": list(report.findings),
                    "small_groups": asdict(report.groups) if report.groups else None,
                    "notices": [each.to_json() for each in report.notices],
                    "protocol": None if beyond is None else [asdict(each) for each in beyond],
                }
            )
        else:
            for finding in report.findings:
                click.echo(one_line(finding))
        echo_notices(report.notices)
        if report.groups:
            _tell_groups(report.groups, as_json=as_json)
        if not as_json:
            click.echo(f"not looked at: {'; '.join(report.not_looked_at)}")
        if report.findings:
            raise InputError(f"{len(report.findings)} findings, expected none")
        if not as_json:
            click.echo(
                f"data set {report.dataset_id}{_merged(report)}: {report.files} files, "
                f"{report.slices} slices, sound"
            )
        if beyond is not None:
            _tell_protocol(beyond, as_json=as_json)


def _held(out: Path, place: Path) -> list[Deviation]:
    protocol, acquired = load_protocol(place), acquisitions_of(open_dataset(out).manifest_table())
    for hospital in unmet_hospitals(acquired, protocol):
        click.echo(
            f"warning: the protocol names hospital {hospital!r}, which has no slice here",
            err=True,
        )
    return deviations(acquired, protocol)


def _tell_protocol(beyond: list[Deviation], *, as_json: bool) -> None:
    if not beyond:
        if not as_json:
            click.echo("protocol: every hospital keeps to it")
        return
    if not as_json:
        head = ("hospital", "column", "slices", "outside", "missing", "expected", "found")
        rows = [tuple(str(each) for each in asdict(row).values()) for row in beyond]
        echo_table([head, *rows])
    hospitals = len({each.hospital for each in beyond})
    raise GateError(
        f"found {counted(len(beyond), 'column')} of {counted(hospitals, 'hospital')} not as the "
        "protocol asks, expected none"
    )


def _merged(report: CheckReport) -> str:
    return "" if report.origin == "built" else f", {report.origin}"


def _tell_groups(groups: SmallGroups, *, as_json: bool) -> None:
    if not as_json:
        click.echo(
            f"smallest group of age band, sex, hospital and vendor: {groups.patients} "
            f"patient{'s' * (groups.patients > 1)} ({', '.join(groups.names)})"
        )
    if groups.small:
        click.echo(
            f"warning: {groups.small} of {groups.groups} groups of age band, sex, hospital and "
            f"vendor have fewer than {SMALL_GROUP_PATIENTS} patients, who could be told apart",
            err=True,
        )


def _check_masks(folder: Path, data: Path | None, *, as_json: bool) -> None:
    masks = open_mask_set(folder)
    slices = None
    if data:
        dataset = open_dataset(data)
        masks.refuse_other(dataset.info)
        table = dataset.manifest_table()
        columns = (table.column(name).to_pylist() for name in ("slice_id", "shard"))
        slices = dict(zip(*columns, strict=True))
    findings = list(check_mask_set(masks, slices))
    if as_json:
        about = {"mask_set_id": masks.mask_set_id, "dataset_id": masks.info.dataset_id}
        echo_json({**about, "slices": masks.info.slices, "findings": findings})
    for finding in () if as_json else findings:
        click.echo(finding)
    if findings:
        raise InputError(f"{len(findings)} findings, expected none")
    if not as_json:
        looked = "" if data else "; not looked at: whose slices they are (--of OUT)"
        click.echo(
            f"mask set {masks.mask_set_id} of data set {masks.info.dataset_id}: "
            f"{masks.info.slices} slices, sound{looked}"
        )
