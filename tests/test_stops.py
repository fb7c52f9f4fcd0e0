"""Every command of both programs, stopped at any moment: one line and 75, never a traceback."""

import random
import signal
from pathlib import Path

import pytest

from trials import Material, prepare, stop, wrong_with

TRIALS = 300
STARTED_S, WITHIN_S = 0.1, 3.0
"""Before, Python itself starts, and takes Ctrl-C for an error of its own; no line of ours runs."""
FEW = ("build with workers", "survey", "merge", "selftest", "split", "fit")


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return prepare(tmp_path_factory.mktemp("stops"), patients=8)


def try_one(material: Material, name: str, place: Path, chance: random.Random) -> list[str]:
    """Return what a user would complain of, with what it takes to do it again."""
    delay_s, group = chance.uniform(STARTED_S, WITHIN_S), chance.random() < 0.5
    number = chance.choice([signal.SIGINT, signal.SIGINT, signal.SIGTERM])
    code, told = stop(material.commands[name], place, delay_s, number, group=group)
    how = f"{name}, {number.name} after {delay_s:.3f} s{' to all' * group}"
    return [f"{how}: {each}: {told[-1000:]}" for each in wrong_with(code, told)]


@pytest.mark.parametrize("name", FEW)
def test_a_stop_is_one_line(material: Material, name: str, tmp_path: Path) -> None:
    assert not try_one(material, name, tmp_path / "new", random.Random(name))


@pytest.mark.torture
def test_no_stop_of_any_command_ends_in_a_traceback(material: Material, tmp_path: Path) -> None:
    chance, names = random.Random(1), sorted(material.commands)
    assert not [
        each
        for trial in range(TRIALS)
        for each in try_one(material, names[trial % len(names)], tmp_path / str(trial), chance)
    ]
