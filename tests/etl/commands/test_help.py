"""What `--help` says: every option with its unit, every command with an example that works."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import cv2
import numpy as np
import pydicom
import pytest

from etl.trees import Slice, write_slice
from hnp_etl.cli import main

BIN = Path(sys.executable).parent
UNITS = ("processes", "people", "pixels", "0 to 1", "whole number", "files", "slices", "patients")
NAMES = sorted(main.places)
EXAMPLE = re.compile(r"Example: (hnp-etl ([a-z-]+)( .+)?)")


def command_of(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def example_of(name: str) -> str:
    match = EXAMPLE.fullmatch(command_of(name).epilog or "")
    assert match is not None
    assert match[2] == name
    return match[1]


def first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())


@pytest.mark.parametrize("half", ["hnp_etl", "hnp_model"])
def test_the_list_of_commands_says_what_each_says_of_itself(half: str) -> None:
    group = importlib.import_module(f"{half}.cli").main
    for name, place in group.places.items():
        command = group.get_command(click.Context(group), name)
        assert first_sentence(command.help) == place.help, name


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is_and_a_number_its_unit(name: str) -> None:
    for option in command_of(name).params:
        if not isinstance(option, click.Option):
            continue
        assert option.help, option.name
        number = isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType))
        if number or "|P%" in (option.metavar or ""):
            assert any(unit in option.help.lower() for unit in UNITS), option.name


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the examples can be run as they are, one after the other."""
    folder = tmp_path_factory.mktemp("examples")
    write_slice(folder / "elsewhere", Slice("P000", 1, hospital="H02"))
    return folder


def run(line: str, place: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=place,
        env={"PATH": f"{BIN}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (line, done.stderr)


def outline_one(place: Path) -> None:
    """Write a mask of one slice of the data set, named as its image."""
    told = subprocess.run(
        [BIN / "hnp-etl", "link", "spine", "--all", "--json"],
        cwd=place,
        capture_output=True,
        check=True,
    )
    path = Path(json.loads(told.stdout)[0]["path"].partition("/")[2])
    shape = pydicom.dcmread(place / "hospitals" / path).pixel_array.shape
    mask = (place / "outlines" / path).with_suffix(".png")
    mask.parent.mkdir(parents=True)
    cv2.imwrite(str(mask), np.full(shape, 3, np.uint8))


def test_the_examples_work_as_they_stand(place: Path) -> None:
    run(example_of("phantom"), place)
    run(example_of("survey"), place)
    (place / "mine.toml").rename(place / "drafted.toml")
    run(example_of("recipes"), place)
    image = next((place / "hospitals").rglob("*.dcm"))
    (place / "hospitals" / "notes.dcm").write_bytes(image.read_bytes())
    run(example_of("explain"), place)
    run(example_of("build-manifest"), place)
    run("hnp-etl build-manifest elsewhere --out other --workers 1", place)
    again = "hnp-etl build-manifest hospitals --out spine.new --key-file spine.private/key"
    run(again, place)
    outline_one(place)
    names = (
        "check",
        "contact-sheet",
        "diff",
        "export",
        "link",
        "masks",
        "merge",
        "publish",
        "report",
    )
    for name in names:
        run(example_of(name), place)


def test_the_example_of_the_selftest_is_understood() -> None:
    arguments = example_of("selftest").split()[2:]
    assert command_of("selftest").make_context("selftest", arguments).params["work"] is not None


@pytest.mark.parametrize("half", ["hnp_etl", "hnp_model"])
def test_help_imports_next_to_nothing(half: str) -> None:
    """What is imported is what it takes: a machine that is busy would measure something else."""
    program = (
        "import sys\n"
        f"from {half}.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "heavy = {'numpy', 'pyarrow', 'pydantic', 'pydicom', 'torch', 'cv2', 'pandas', 'tqdm'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        f"assert not [name for name in sys.modules if name.startswith('{half}.commands.')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


@pytest.mark.parametrize("program", ["hnp-etl", "hnp-train"])
def test_a_shell_completes_commands_and_options(program: str) -> None:
    variable = f"_{program.upper().replace('-', '_')}_COMPLETE"
    script = subprocess.run(
        [BIN / program], env={variable: "bash_source"}, capture_output=True, text=True, check=True
    )
    assert f"complete -o nosort -F _{program.replace('-', '_')}_completion" in script.stdout
    told = subprocess.run(
        [BIN / program],
        env={variable: "bash_complete", "COMP_WORDS": f"{program} ", "COMP_CWORD": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    group = main if program == "hnp-etl" else importlib.import_module("hnp_model.cli").main
    assert {line.partition(",")[2] for line in told.stdout.splitlines()} == set(group.places)
