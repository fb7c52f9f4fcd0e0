"""Claims about the selftest: a sound program passes, and each check notices a broken one."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner

from hnp_etl.commands import selftest as command
from hnp_etl.phantom.encode import pixel_bytes
from hnp_etl.selftest import (
    bits,
    bounds,
    full_disk,
    hostile,
    leaks,
    repeats,
    round_trips,
    running,
    stops,
)
from hnp_etl.selftest.material import Material, prepare
from hnp_etl.selftest.outcome import Outcome, expect_same
from hnp_shared.check import CheckReport, check_dataset
from hnp_shared.errors import StorageError

QUICK: tuple[running.Check, ...] = (
    stops.second_builder_is_turned_away,
    repeats.state_is_only_a_cache,
    bits.flipped_bits_are_found,
    round_trips.syntaxes_round_trip,
    hostile.hostile_files_cost_themselves,
    bounds.secrets_are_closed_to_others,
    bounds.decoder_memory_is_bounded,
)
SLOW: tuple[running.Check, ...] = tuple(each for each in running.CHECKS if each not in QUICK)


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return prepare(tmp_path_factory.mktemp("selftest"))


@pytest.fixture
def other(material: Material) -> Material:
    """Material whose calm data set is another one."""
    name = "dataset.json"
    return replace(material, calm={**material.calm, name: material.calm[name] + b" "})


@pytest.mark.parametrize(
    "check", [*QUICK, *(pytest.param(each, marks=pytest.mark.torture) for each in SLOW)]
)
def test_a_sound_program_passes(material: Material, check: running.Check) -> None:
    outcome = check(material)
    assert outcome.passed, outcome
    assert str(material.folder) not in outcome.detail


def test_other_bytes_are_noticed(other: Material) -> None:
    for name, check in (
        ("again", stops.second_builder_is_turned_away),
        ("still", repeats.state_is_only_a_cache),
    ):
        outcome = check(other)
        assert (outcome.passed, outcome.detail.split(" after ")[0]) == (
            False,
            "1 of 6 files differ",
        ), name


def test_a_file_too_many_or_too_few_is_noticed() -> None:
    one, two = {"a": b"1"}, {"a": b"1", "b": b"2"}
    assert expect_same("x", one, dict(one), "y") == Outcome("x", True, "y: 1 files the same")
    assert not expect_same("x", one, two, "y").passed
    assert not expect_same("x", two, one, "y").passed


def test_a_check_that_finds_nothing_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sound = check_dataset(material.folder / "calm", deep=False)

    def finds_nothing(_folder: Path, *, deep: bool) -> CheckReport:
        return sound

    (tmp_path / "calm").mkdir()
    monkeypatch.setattr(bits, "check_dataset", finds_nothing)
    outcome = bits.flipped_bits_are_found(replace(material, folder=_with_calm(material, tmp_path)))
    assert (outcome.passed, outcome.detail) == (False, f"0 of {bits.FLIPS} found")


def test_a_decoder_that_gives_another_picture_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = iter(np.random.default_rng(0).random((20, 48, 48)).astype(np.float32))
    monkeypatch.setattr(round_trips, "_read", lambda _folder, _content: next(pictures))
    outcome = round_trips.syntaxes_round_trip(material)
    assert not outcome.passed
    assert "RLE Lossless: another picture" in outcome.detail


def test_a_library_that_is_missing_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(pixels: Any, syntax: Any) -> bytes:
        if syntax.is_compressed:
            raise ImportError("no such library")
        return pixel_bytes(pixels, syntax)

    monkeypatch.setattr(round_trips, "pixel_bytes", missing)
    outcome = round_trips.syntaxes_round_trip(material)
    assert not outcome.passed
    assert "RLE Lossless: ImportError" in outcome.detail


def test_half_a_data_set_is_noticed(material: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    class Half:
        def is_whole(self) -> bool:
            return False

    monkeypatch.setattr(full_disk, "open_dataset", lambda _folder: Half())
    outcome = full_disk.full_disk_is_survived(material)
    assert (outcome.passed, outcome.detail) == (False, "half a data set after operation 1")


def test_a_marker_that_came_out_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaks, "_forms", lambda: [b"accepted"])  # stands in every output
    outcome = leaks.marker_stays_in(material)
    assert not outcome.passed
    assert "hits of the marker" in outcome.detail


def _with_calm(material: Material, folder: Path) -> Path:
    for name, content in material.calm.items():
        path = folder / "calm" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return folder


def outcomes(*passed: bool) -> Iterator[Outcome]:
    yield from (Outcome(f"check {each}", each, "tried") for each in passed)


def run(options: list[str]) -> Any:
    runner = click.Group("hnp-etl", commands={"selftest": command.selftest})
    return CliRunner().invoke(runner, ["selftest", *options])


def test_the_command_prints_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run_checks", lambda **_work: outcomes(True, True))
    done = run([])
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "check       result  detail",
        "check True  ok      tried",
        "check True  ok      tried",
    ]


def test_a_failed_check_ends_in_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run_checks", lambda **_work: outcomes(True, False))
    done = run(["--json"])
    assert (done.exit_code, done.stderr) == (3, "error: 1 of 2 checks failed, expected none\n")
    assert json.loads(done.stdout)[1] == {
        "check": "check False",
        "passed": False,
        "detail": "tried",
    }


def test_a_planned_error_fails_its_check_only() -> None:
    def breaks(_material: Material) -> Outcome:
        raise StorageError("the shard", "No space left on device (ENOSPC)")

    def passes(_material: Material) -> Outcome:
        return Outcome("passes", True, "")

    found = list(running.run_checks((breaks, passes)))
    assert found == [
        Outcome("breaks", False, "StorageError: the shard: No space left on device (ENOSPC)"),
        Outcome("passes", True, ""),
    ]


def test_a_key_open_to_others_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def careless(private: Path) -> None:
        (private / "key").touch()
        (private / "key").chmod(0o644)

    monkeypatch.setattr(bounds, "make_key", careless)
    (tmp_path / "recipe.toml").write_text('name = "mine"')
    outcome = bounds.secrets_are_closed_to_others(replace(material, folder=tmp_path))
    assert (outcome.passed, outcome.detail) == (False, "private folder 0700, key 0644")


def test_a_decoder_that_may_take_more_is_noticed(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "_GRAB", "import sys; sys.exit(1)")
    outcome = bounds.decoder_memory_is_bounded(material)
    assert (outcome.passed, outcome.detail) == (
        False,
        "4 GiB and more: found exit code 1, expected 0",
    )


def test_it_works_where_it_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def looks(material: Material) -> Outcome:
        return Outcome("looks", material.folder.parent == tmp_path, "")

    assert list(running.run_checks((looks,), work=tmp_path)) == [Outcome("looks", True, "")]
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_there_ends_in_74(tmp_path: Path) -> None:
    done = run(["--work", str(tmp_path / "none")])
    assert done.exit_code == 74
    assert done.stderr == (
        "error: the folder of the selftest: No such file or directory (ENOENT)\n"
    )
