"""`hnp-etl build-manifest`."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.commands.corrections_option import (
    adjudicated_option,
    corrections_option,
    read_files,
    told,
)
from hnp_etl.commands.engine_options import (
    engine_option,
    scheduler_option,
    tls_ca_option,
    tls_cert_option,
    tls_key_option,
    tls_of,
)
from hnp_etl.commands.exclude_option import exclude_option, warn_of_idle
from hnp_etl.datasets.gate import Gates, RejectLimit, refuse_nothing_accepted
from hnp_etl.engines.engines import cores, open_executor
from hnp_etl.private.folder import private_folder
from hnp_etl.recipes.builtin import DEFAULT_RECIPE
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.command import echo_json, echo_notices, echo_table, reported
from hnp_shared.vocabulary import Reason, State

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _limit(_ctx: click.Context, _param: click.Parameter, text: str | None) -> RejectLimit | None:
    try:
        return None if text is None else RejectLimit.parse(text)
    except ValueError as error:
        raise click.BadParameter(
            f"found {text!r}, expected a whole number from 0, or a percentage from 0% to 100%"
        ) from error


@click.command(
    "build-manifest",
    epilog="Example: hnp-etl build-manifest hospitals --out spine --max-rejected 5%",
)
@click.argument("src", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder of the data set; made when it is not there.",
)
@click.option(
    "--recipe", default=DEFAULT_RECIPE, show_default=True, help="A built-in recipe or a TOML file."
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Worker processes; 1 works in this one.  [default: all cores, and this process alone "
    "where starting workers would take longer than the work]",
)
@engine_option
@scheduler_option
@tls_ca_option
@tls_cert_option
@tls_key_option
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Secret key of the pseudonyms, 32 bytes or more, readable by you only (chmod 600); "
    "made in the private folder if not given.",
)
@click.option(
    "--private",
    type=click.Path(path_type=Path),
    help="Folder of key, linkage and state, apart from SRC and OUT.  [default: OUT.private]",
)
@click.option(
    "--max-rejected",
    metavar="N|P%",
    callback=_limit,
    help="Commit nothing and exit with 3 when more than N files, or more than P % of the files "
    "met, are rejected.",
)
@click.option(
    "--count-filtered",
    metavar="REASON",
    multiple=True,
    type=click.Choice([reason.value for reason in Reason if reason.state is State.FILTERED]),
    help="A reason of filtered files that --max-rejected counts too; may be given several times.",
)
@click.option(
    "--accept-losses",
    is_flag=True,
    help="Commit even when over 1 % of the files met, or of the slices accepted before, could not "
    "be read or decoded.",
)
@click.option(
    "--unlabelled",
    is_flag=True,
    help="Build without labels: none is read, level, is_patient and what labels tell are null.",
)
@exclude_option
@corrections_option
@adjudicated_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def build_manifest(
    src: tuple[Path, ...],
    out: Path,
    recipe: str,
    workers: int | None,
    engine: str,
    scheduler: str | None,
    dask_tls_ca: Path | None,
    dask_tls_cert: Path | None,
    dask_tls_key: Path | None,
    key_file: Path | None,
    private: Path | None,
    max_rejected: RejectLimit | None,
    count_filtered: tuple[str, ...],
    accept_losses: bool,
    unlabelled: bool,
    exclude: tuple[str, ...],
    corrected: tuple[Path, ...],
    adjudicated: Path | None,
    as_json: bool,
) -> None:
    """Turn hospital folders SRC into a manifest and shards."""
    if scheduler is not None and engine != "dask":
        raise click.UsageError("found --scheduler, expected --engine dask with it")
    if count_filtered and max_rejected is None:
        raise click.UsageError("found --count-filtered, expected --max-rejected with it")
    if adjudicated and not corrected:
        raise click.UsageError("found --adjudicated, expected --corrections with it")
    if scheduler is not None and not scheduler.strip():
        raise click.UsageError("found an empty --scheduler, expected an address")
    tls = tls_of(scheduler, dask_tls_ca, dask_tls_cert, dask_tls_key)
    with reported():
        rules = load_recipe(recipe).excluding(exclude)
        rules = rules.unlabelled() if unlabelled else rules
        config = BuildConfig(
            src=src,
            out=out.absolute(),  # a Dask worker may be in another folder
            private=private or private_folder(out),
            recipe=rules,
            key_file=key_file,
            in_flight=2 * (workers or cores()),
            gates=Gates(max_rejected, frozenset(map(Reason, count_filtered)), accept_losses),
            corrections=read_files(corrected, adjudicated),
        )
        with open_executor(workers, engine=engine, scheduler=scheduler, tls=tls) as executor:
            report = build(config, executor=executor)
        _warn(report, rules)
        _tell(report, out, as_json=as_json)
        refuse_nothing_accepted(report.info, "the data set is empty")


def _warn(report: BuildReport, recipe: Recipe) -> None:
    if report.new_key:
        click.echo(
            "warning: a new key was made in the private folder; ids match no other data set",
            err=True,
        )
    if report.weak_key:
        click.echo(
            "warning: the key repeats itself or counts up: who guesses it can tell who is who, "
            "expected such as 32 bytes of /dev/urandom",
            err=True,
        )
    warn_of_idle(report.idle_patterns, len(recipe.layout.exclude))
    if recipe.label.wanted and not recipe.confirmed:
        click.echo(
            f"warning: recipe {recipe.name} is not confirmed: codes and units are guesses",
            err=True,
        )


def _tell(report: BuildReport, out: Path, *, as_json: bool) -> None:
    info = report.info
    flags = report.flags
    echo_notices(info.notices)
    if as_json:
        echo_json(
            {
                "dataset_id": info.dataset_id,
                "pixels_id": info.pixels_id,
                "unchanged": report.unchanged,
                "states": dict(info.states),
                "reasons": dict(info.reasons),
                "identity": dict(info.identity),
                "flags": flags,
                "corrections": [asdict(each) for each in info.corrections],
                "notices": [notice.to_json() for notice in info.notices],
                "files_read": report.read,
                "garbled_folders": report.garbled,
                "archives": report.archives.to_json(),
                "tables_refused": report.tables.refused,
                "table_lines_refused": report.tables.lines,
                "table_lines_alone": report.tables.alone,
                "table_lines_by_end": report.tables.by_end,
                "to_try_again": sum(report.to_try_again.values()),
                "shards_built": report.built,
                "stages": [asdict(stage) for stage in report.stages.done],
            }
        )
        return
    for head, counts in (
        (("state", "files"), info.states),
        (("reason", "files"), info.reasons),
        (("flag", "slices"), flags),
        (("hospital", "patients told by"), info.identity),
    ):
        if counts:
            echo_table([head, *((name, f"{count}") for name, count in counts.items())])
            click.echo()
    for note in _notes(report):
        click.echo(f"{note}\n")
    done = "nothing changed" if report.unchanged else f"{report.built} shards written"
    click.echo(f"data set {info.dataset_id}: {done}; look into {out / 'manifest.parquet'}")


def _notes(report: BuildReport) -> Iterator[str]:
    tables = report.tables
    yield from told(report.info.corrections)
    if tables.by_end:
        yield (
            f"lines of tables that name their image by another path, which ends as its own: "
            f"{tables.by_end}"
        )
    if tables.refused or tables.lines or tables.alone:
        yield (
            f"tables of labels that cannot be used: {tables.refused}, sheets and lines of others: "
            f"{tables.lines}; lines that give no image a label: {tables.alone}; "
            "hnp-etl explain TABLE --src SRC tells more"
        )
    if found := report.garbled:
        yield f"folder names that were garbled in unpacking, and are read as Korean: {found}"
    yield from report.archives.lines()
    if again := report.to_try_again:
        why = ", ".join(f"{name} {count}" for name, count in again.items())
        yield f"files to be tried again: {sum(again.values())} ({why}); run the same command again"
