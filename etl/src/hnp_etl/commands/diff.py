"""`hnp-etl diff`."""

from collections import Counter
from pathlib import Path

import click

from hnp_etl.datasets.difference import Difference, compare
from hnp_etl.datasets.gate import CHANGES, ChangeLimit
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.dataset import open_named

DATA_SET = click.Path(exists=True, file_okay=False, path_type=Path)


def _limits(
    _ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]
) -> list[ChangeLimit]:
    try:
        return [ChangeLimit.parse(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(
            f"found {error.args[0]!r}, expected {', '.join(CHANGES)}, or one of them =N (slices, a "
            "whole number from 0) or =P% (of the old slices, 0% to 100%)"
        ) from error


@click.command("diff", epilog="Example: hnp-etl diff spine spine.new --fail-if removed=1%")
@click.argument("old", type=DATA_SET)
@click.argument("new", type=DATA_SET)
@click.option(
    "--fail-if",
    "limits",
    metavar="WHAT[=N|=P%]",
    multiple=True,
    callback=_limits,
    help="Exit with 3 when slices, or more than N slices, or more than P % of the old ones, "
    "were added, removed or changed; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print every row as JSON.")
def diff(old: Path, new: Path, limits: list[ChangeLimit], as_json: bool) -> None:
    """Tell which slices differ between the data sets OLD and NEW, and why."""
    with reported():
        found = compare(open_named("OLD", old), open_named("NEW", new))
        if as_json:
            _echo_json(found)
        else:
            _echo(found)
        for limit in limits:
            limit.check(found.counts(), found.slices)


def _summary(found: Difference) -> list[tuple[str, str, str, int]]:
    counts = Counter((row.hospital, row.change, row.cause.value) for row in found.rows)
    return [(*key, count) for key, count in sorted(counts.items())]


def _echo_json(found: Difference) -> None:
    names = ("hospital", "change", "cause", "slices")
    echo_json(
        {
            "old": found.old.dataset_id,
            "new": found.new.dataset_id,
            "counts": {change: found.counts().get(change, 0) for change in CHANGES},
            "summary": [dict(zip(names, row, strict=True)) for row in _summary(found)],
            "rows": [
                {
                    "slice_id": row.slice_id,
                    "hospital": row.hospital,
                    "change": row.change,
                    "cause": row.cause,
                    "columns": list(row.columns),
                    "reason": row.reason,
                }
                for row in found.rows
            ],
            "files": [
                {"kind": each.kind, "old": each.before, "new": each.after, "files": each.files}
                for each in found.files
            ],
        }
    )


def _echo(found: Difference) -> None:
    if found.rows:
        head = ("hospital", "change", "cause", "slices")
        echo_table([head, *((*row[:3], f"{row[3]}") for row in _summary(found))])
        click.echo()
    if found.files:
        ways = [(each.kind, each.before, each.after, f"{each.files}") for each in found.files]
        echo_table([("file", "old", "new", "files"), *ways])
        click.echo()
    counts = found.counts()
    told = ", ".join(f"{counts.get(change, 0)} {change}" for change in CHANGES)
    for info in (found.old, found.new):
        if info.origin != "built":
            click.echo(f"{info.dataset_id} is {info.origin}")
    click.echo(f"{found.old.dataset_id} -> {found.new.dataset_id}: {told} of {found.slices} slices")
