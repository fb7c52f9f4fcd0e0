"""Claims about names: found as they lie, told in one line, droppings told from files."""

import os
import unicodedata
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hnp_shared.command import Place, lazy_group
from hnp_shared.names import as_it_lies, is_dropping, told

NFD = unicodedata.normalize("NFD", "영상")


def test_a_typed_path_finds_what_lies_in_another_normal_form(tmp_path: Path) -> None:
    (tmp_path / NFD / NFD).mkdir(parents=True)
    assert as_it_lies(f"{tmp_path}/영상/영상") == f"{tmp_path}/{NFD}/{NFD}"
    assert as_it_lies(f"{tmp_path}/영상/새것/out") == f"{tmp_path}/{NFD}/새것/out"


def test_what_is_there_as_it_was_typed_is_that(tmp_path: Path) -> None:
    (tmp_path / NFD).mkdir()
    (tmp_path / "영상").mkdir()
    assert as_it_lies(f"{tmp_path}/영상") == f"{tmp_path}/영상"
    assert as_it_lies(f"{tmp_path}/{NFD}") == f"{tmp_path}/{NFD}"


def test_a_path_to_nothing_stays_as_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("없음", "없음/", "a/없음", str(tmp_path / "없음" / "b"), "é" * 300, "", "/"):
        assert Path(as_it_lies(path)) == Path(path)


@pytest.mark.parametrize("kind", ["argument", "option"])
def test_every_command_finds_a_typed_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    (tmp_path / NFD).mkdir()
    declare = click.argument if kind == "argument" else click.option
    name = "folder" if kind == "argument" else "--folder"

    @click.command()
    @declare(name, type=click.Path(exists=True, file_okay=False, path_type=Path))
    def command(folder: Path) -> None:
        click.echo(os.fsencode(folder).hex())

    monkeypatch.setattr("hnp_shared.names.place", command, raising=False)
    group = click.group(cls=lazy_group({"look": Place("hnp_shared.names:place", "Look.")}))(
        lambda: None
    )
    arguments = ["look", f"{tmp_path}/영상"]
    arguments[1:1] = [] if kind == "argument" else ["--folder"]
    result = CliRunner().invoke(group, arguments)
    assert result.output == f"{os.fsencode(tmp_path / NFD).hex()}\n"


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "._shards",
        "Thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "@eaDir",
        ".nfs0000000a7f",
    ],
)
def test_droppings_are_known(name: str) -> None:
    assert is_dropping(name)


@pytest.mark.parametrize(
    "name", ["notes.txt", ".nfs", ".hidden", "dataset.json", "DS_Store", "thumbs"]
)
def test_what_a_person_may_have_written_is_none(name: str) -> None:
    assert not is_dropping(name)


def test_names_are_told_in_one_line_whatever_they_hold() -> None:
    assert told(["영상.txt", "b\nc"]) == r"b\nc, 영상.txt"
    assert told([os.fsdecode(b"\xb0\xa1"), "\x1b[2J"]) == r"\x1b[2J, \udcb0\udca1"
    assert told(f"{number}" for number in range(5)) == "0, 1, 2 and 2 more"
