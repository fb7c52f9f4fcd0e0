"""`hnp-etl survey`: what lies in folders that nobody has described."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from hnp_etl.commands.build_manifest import FOLDER
from hnp_etl.commands.exclude_option import exclude_option, warn_of_idle
from hnp_etl.engines.engines import cores, open_executor
from hnp_etl.private.folder import hold_private
from hnp_etl.protocols.drafting import protocol_text
from hnp_etl.recipes.builtin import DEFAULT_RECIPE, builtin_names
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey import (
    PRIVATE_PAGE,
    SurveyConfig,
    page,
    recipe_text,
    survey,
)
from hnp_etl.survey import private_page as page_in_full
from hnp_etl.walking.walk import refuse_overlap
from hnp_shared.command import echo_json, reported
from hnp_shared.errors import OutputError
from hnp_shared.places import refuse_in_dataset
from hnp_shared.storage import replace_file


@click.command("survey", epilog="Example: hnp-etl survey hospitals --write-recipe mine.toml")
@click.argument("src", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--recipe",
    default=DEFAULT_RECIPE,
    show_default=True,
    help="Patterns and spellings to try first: a built-in recipe or a TOML file.",
)
@click.option(
    "--write-recipe",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a recipe filled with what was found; lines to check by a person say CHECK.",
)
@click.option(
    "--write-protocol",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write how the slices that would be taken were acquired, as a protocol for check.",
)
@click.option(
    "--private",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep what was read in this private folder, and name there what is only counted here: "
    "folders of no hospital, closed or copied; a build with the same --private opens no "
    "file again.  [default: nothing is kept]",
)
@click.option(
    "--private-page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the page with all texts and keys in full to this file, which must lie in the "
    "folder of --private.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Worker processes; 1 works in this one.  [default: all cores, and this process alone "
    "where starting workers would take longer than the work]",
)
@exclude_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def survey_command(
    src: tuple[Path, ...],
    recipe: str,
    write_recipe: Path | None,
    write_protocol: Path | None,
    private: Path | None,
    private_page: Path | None,
    workers: int | None,
    exclude: tuple[str, ...],
    as_json: bool,
) -> None:
    """Tell what lies in hospital folders SRC, and draft a recipe for them.

    Names, ids and dates are counted, never shown.
    """
    with reported():
        _refuse_places(write_recipe, write_protocol, private)
        named = _within(private_page, private)
        rules, in_flight = load_recipe(recipe).excluding(exclude), 2 * (workers or cores())
        config = SurveyConfig(src, rules, in_flight)
        with _state_folder(src, private) as folder, open_executor(workers) as executor:
            findings = survey(config, folder, executor=executor)
            if private is not None:
                _name(folder / PRIVATE_PAGE, page_in_full(findings.named))
            if named is not None:
                told = page(findings, recipe=None)
                _name(named, f"{told}\n\n{page_in_full(findings.named)}")
        warn_of_idle(findings.idle_patterns, len(config.recipe.layout.exclude))
        if write_recipe is not None:
            _write(write_recipe, recipe_text(findings), role="the recipe")
        if write_protocol is not None:
            _write(write_protocol, protocol_text(findings.acquired), role="the protocol")
        if as_json:
            echo_json(findings.to_json())
        else:
            given = None if recipe in builtin_names() else Path(recipe).name
            click.echo(page(findings, recipe=write_recipe.name if write_recipe else given))


@contextlib.contextmanager
def _state_folder(src: tuple[Path, ...], private: Path | None) -> Iterator[Path]:
    """Yield the folder of the state: the private one, or one that goes with the survey."""
    if private is None:
        with tempfile.TemporaryDirectory(prefix="hnp-survey-") as folder:
            yield Path(folder)
        return
    refuse_overlap(src, {"--private": private})
    with hold_private(private):
        yield private


def _within(page_file: Path | None, private: Path | None) -> Path | None:
    """Return where the full page goes: nowhere but in the private folder."""
    if page_file is None:
        return None
    if private is None or page_file.absolute().parent.resolve() != private.absolute().resolve():
        raise OutputError(
            "--private-page names a file outside the private folder, "
            "expected one in the folder of --private: it names people"
        )
    if page_file.suffix != ".txt":  # or it might be the key
        raise OutputError("--private-page names no .txt file, expected one")
    return private / page_file.name


def _name(path: Path, told: str) -> None:
    """Write what names people into the private folder: the page on the screen must not."""
    content = told.encode("utf-8", "surrogateescape")
    replace_file(path, lambda sink: sink.write(content), role="the private page", mode=0o600)


def _refuse_places(recipe: Path | None, protocol: Path | None, private: Path | None) -> None:
    for place in (recipe, protocol, private.absolute().parent if private else None):
        if place is not None:
            refuse_in_dataset(place)
    for file in (recipe, protocol):
        if file is not None and file.exists():
            raise OutputError(f"{file.name} is there already, expected a new file")


def _write(path: Path, text: str, *, role: str) -> None:
    replace_file(path, lambda sink: sink.write(text.encode()), role=role)
