"""`hnp-etl report`."""

from pathlib import Path

import click

from hnp_etl.report.making import Asked, make_report
from hnp_shared.command import reported
from hnp_shared.languages import LANGUAGES

_DATA_SET = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("report", epilog="Example: hnp-etl report spine -o report.html")
@click.argument("out", type=_DATA_SET)
@click.option(
    "-o",
    "--out",
    "file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The page, one HTML file.",
)
@click.option("--against", type=_DATA_SET, help="An older data set; what changed is a section.")
@click.option(
    "--protocol",
    type=click.Path(exists=True, path_type=Path),
    help="Protocol, or data set to be like, that acquisition is held against: a section.",
)
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=LANGUAGES[0],
    show_default=True,
    help="Language of the words; numbers and names of the data set are the same.",
)
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def report_command(
    out: Path, file: Path, against: Path | None, protocol: Path | None, lang: str, force: bool
) -> None:
    """Write what the data set OUT holds to one page: flow, pictures, figures, warnings.

    The page works offline, in any browser of today. It holds counts and small pictures, no ids of
    slices or patients; it goes where the data set may go, and nowhere else.
    """
    with reported("run the same command again"):
        size = make_report(Asked(out, file, against, force, lang, protocol))
        click.echo(f"{size / 1e6:.1f} MB; look into {file}")
