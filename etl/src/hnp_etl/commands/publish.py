"""`hnp-etl publish`."""

from pathlib import Path

import click

from hnp_etl.publishing.publish import Published, publish
from hnp_shared.command import echo_json, reported
from hnp_shared.counted import counted


@click.command("publish", epilog='Example: hnp-etl publish spine "file://$PWD/share"')
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("url")
@click.option(
    "--alone",
    is_flag=True,
    help="Vouch that nobody else publishes there; for a store that cannot tell two publishers "
    "apart.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def publish_command(out: Path, url: str, alone: bool, as_json: bool) -> None:
    """Publish the data set OUT at URL: s3://, gs://, az:// or file://.

    Uploads the shards and tables that are not there, by the names of their contents, and
    dataset.json last: whenever it is stopped, readers see the old data set or the new one, and the
    same command goes on. Nothing is ever removed there. Credentials are taken from the environment.
    """
    with reported():
        done = publish(out, url, alone=alone)
        if as_json:
            echo_json(
                {
                    "dataset_id": done.info.dataset_id,
                    "before": done.before,
                    "uploaded": done.uploaded,
                    "uploaded_bytes": done.uploaded_bytes,
                    "present": done.present,
                    "unchanged": done.unchanged,
                }
            )
        else:
            click.echo(f"data set {done.info.dataset_id}: {_told(done)}")


def _told(done: Published) -> str:
    size = f" ({done.uploaded_bytes / 1e6:,.1f} MB)" if done.uploaded else ""
    files = f"{counted(done.uploaded, 'file')} uploaded{size}, {done.present:,} there already"
    if done.unchanged:
        return f"nothing changed; {files}" if done.uploaded else "nothing changed"
    return f"{files}; " + (f"took the place of {done.before}" if done.before else "published")
