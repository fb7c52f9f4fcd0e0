"""`hnp-etl link`."""

from collections.abc import Mapping
from pathlib import Path

import click

from hnp_etl.private.folder import private_folder
from hnp_etl.private.linkage import read_linkage
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError


@click.command("link", epilog="Example: hnp-etl link spine --all --json")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--slice-id", help="The slice to find: its slice_id in the manifest, 32 hex digits.")
@click.option("--all", "every", is_flag=True, help="Find all slices.")
@click.option(
    "--private",
    type=click.Path(path_type=Path),
    help="Private folder of the data set.  [default: OUT.private]",
)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def link(out: Path, slice_id: str | None, every: bool, private: Path | None, as_json: bool) -> None:
    """Tell which file a slice of the data set OUT came from; needs its private folder."""
    if (slice_id is None) == (not every):
        raise click.UsageError("found both or neither of --slice-id and --all, expected one")
    with reported():
        open_dataset(out)
        links = [
            found
            for found in read_linkage(private or private_folder(out))
            if every or found.slice_id == slice_id
        ]
        if not links and not every:
            raise InputError("found no such slice_id in the linkage")
        if as_json:
            rows: list[Mapping[str, object]] = [
                {"slice_id": found.slice_id, "path": found.path}
                | ({} if found.frame is None else {"frame": found.frame})
                for found in links
            ]
            echo_json(rows)
        else:
            lines = [(found.slice_id, found.path, f"{found.frame or ''}") for found in links]
            width = 3 if any(frame for *_, frame in lines) else 2
            echo_table([line[:width] for line in (("slice_id", "path", "frame"), *lines)])
