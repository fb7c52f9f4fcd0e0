"""hnp-train report."""

from dataclasses import asdict
from pathlib import Path

import click

from hnp_model.commands.arguments import FILE, FOLDER, example, force_option, json_option
from hnp_model.dossier.asked import LANGUAGES, Asked, Language
from hnp_model.settings.evaluate import ALL
from hnp_shared.command import echo_json, reported
from hnp_shared.counted import counted
from hnp_shared.splits import PARTS

MOST_RUNS = 6
"""That can be told apart by colour."""


@click.command(
    "report",
    epilog=example(
        "hnp-train report run -o report.html",
        "hnp-train report run --crossval folds --suspects suspects.csv --lang ko -o korean.html",
    ),
)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "-o",
    "--out",
    "file",
    required=True,
    metavar="FILE.html",
    type=click.Path(path_type=Path),
    help="The page to write.",
)
@click.option(
    "--part",
    type=click.Choice([*PARTS, ALL]),
    default="test",
    show_default=True,
    help="Part that was judged; all: a whole data set.",
)
@click.option(
    "--audit", type=FILE, metavar="FILE.json", help="What hnp-train audit --json has printed."
)
@click.option(
    "--explained",
    type=FOLDER,
    multiple=True,
    metavar="DIR",
    help="Where a RUN looks, of hnp-train explain -o DIR; may be given for each of them.",
)
@click.option(
    "--crossval",
    type=FOLDER,
    metavar="DIR",
    help="Folds of hnp-train crossval: with splits of --scheme hospital-out, each hospital.",
)
@click.option(
    "--suspects",
    type=FILE,
    metavar="FILE.csv",
    help="Labels that are likely wrong, of hnp-train suspects.",
)
@click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the page; remarks of files stay English.",
)
@force_option
@json_option
def report_command(
    runs: tuple[Path, ...],
    file: Path,
    part: str,
    audit: Path | None,
    explained: tuple[Path, ...],
    crossval: Path | None,
    suspects: Path | None,
    language: Language,
    force: bool,
    as_json: bool,
) -> None:
    """Write what was found of the evaluated RUN to one page: figures, threshold, checklists.

    Several RUN stand side by side, each compared with the first. The page works offline, in any
    browser of today; it holds no ids of slices or patients.
    """
    if len(runs) > MOST_RUNS:
        raise click.UsageError(f"found {len(runs)} runs, expected {MOST_RUNS} at most on one page")
    asked = Asked(runs, file, part, audit, explained, crossval, suspects, language, force)
    with reported("run the same command again"):
        from hnp_model.dossier.making import make_report  # noqa: PLC0415  # loads pandas

        made = make_report(asked)
        if as_json:
            echo_json(asdict(made))
            return
        pictures = f", {counted(made.pictures, 'case')} shown" if made.pictures else ""
        click.echo(
            f"{counted(made.runs, 'model')} on {counted(made.patients, 'patient')} of {made.part}"
            f"{pictures}: {made.size_bytes / 1e6:.1f} MB; look into {made.file}"
        )
