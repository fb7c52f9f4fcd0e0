"""The doctor finds what is there, says what to do about the rest, and names nobody."""

import getpass
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hnp_etl.cli import main
from hnp_etl.dicom.syntaxes import DECODERS
from hnp_etl.doctor import decoders, packages
from hnp_etl.doctor.finding import Weight
from hnp_etl.doctor.machine import examine_machine, group_limits
from hnp_etl.doctor.place import examine_place
from hnp_etl.selftest.round_trips import SYNTAXES

ONE_GIB, MANY = 2**30, 9223372036854771712


def call(*arguments: object) -> Any:
    return CliRunner().invoke(main, ["doctor", *map(str, arguments)])


def system(folder: Path, group: str, files: dict[str, str], free_kb: int = 8_000_000) -> Path:
    """Write what Linux tells of memory and control groups."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {free_kb} kB\n")
    (folder / "proc" / "self" / "cgroup").write_text(group)
    for name, content in files.items():
        path = folder / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def found(folder: Path) -> dict[str, tuple[Weight, str]]:
    findings = examine_machine(proc=folder / "proc", groups=folder / "cgroup")
    return {each.check: (each.weight, each.found) for each in findings}


def test_a_sound_machine_is_0_and_every_syntax_was_tried(tmp_path: Path) -> None:
    done = call("--out", tmp_path, "--json")
    assert done.exit_code == 0, done.output
    table = {each["check"]: each for each in json.loads(done.stdout)}
    assert {f"transfer syntax {each}" for each in SYNTAXES} <= table.keys()
    assert table["file modes"]["found"] == "kept"
    assert table["write speed"]["found"].endswith(" MB/s")
    assert list(tmp_path.iterdir()) == []


def test_nothing_tells_where_and_who(tmp_path: Path) -> None:
    told = call("--out", tmp_path).output
    hidden = (platform.node(), str(tmp_path), tmp_path.name, str(Path.home()), sys.prefix)
    assert not [each for each in hidden if each in told]
    assert f" {getpass.getuser()} " not in told


@pytest.mark.parametrize(
    ("group", "files", "weight", "told"),
    [
        ("0::/box\n", {"box/memory.max": f"{ONE_GIB}\n"}, Weight.ADVICE, "at most 1.0 GiB"),
        ("0::/box\n", {"box/memory.max": "max", "memory.max": "1000"}, Weight.FAULT, "0.0 GiB"),
        ("0::/elsewhere\n", {"memory.max": "max\n"}, Weight.OK, "no limit"),
        (
            "4:memory:/a/b\n0::/\n",
            {"memory/a/memory.limit_in_bytes": f"{ONE_GIB}"},
            Weight.ADVICE,
            "at most 1.0 GiB",
        ),
        ("4:memory:/\n", {"memory/memory.limit_in_bytes": f"{MANY}"}, Weight.OK, "no limit"),
    ],
    ids=["v2", "v2 above", "v2 none", "v1 above", "v1 none"],
)
def test_the_memory_of_a_container_counts(
    group: str, files: dict[str, str], weight: Weight, told: str, tmp_path: Path
) -> None:
    result = found(system(tmp_path, group, files))["memory"]
    assert result[0] is weight
    assert told in result[1]


@pytest.mark.parametrize(
    ("group", "files", "weight"),
    [
        ("0::/box\n", {"box/cpu.max": "50000 100000"}, Weight.ADVICE),
        ("0::/box\n", {"box/cpu.max": "max 100000"}, Weight.OK),
        (
            "3:cpu,cpuacct:/\n",
            {"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"},
            Weight.ADVICE,
        ),
        (
            "3:cpu,cpuacct:/\n",
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            Weight.OK,
        ),
    ],
    ids=["v2", "v2 none", "v1", "v1 none"],
)
def test_the_processors_of_a_container_count(
    group: str, files: dict[str, str], weight: Weight, tmp_path: Path
) -> None:
    assert found(system(tmp_path, group, files))["processors"][0] is weight


def test_a_system_that_tells_nothing_costs_no_error(tmp_path: Path) -> None:
    assert group_limits("memory.max", ("memory", "x"), tmp_path, tmp_path) == []
    assert "memory" not in found(tmp_path)


def test_a_broken_decoder_is_a_fault_and_the_others_are_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = next(iter(DECODERS))
    monkeypatch.setattr(
        decoders,
        "round_trips",
        lambda _folder, _template, syntaxes: ((s, "FileError" * (s == broken)) for s in syntaxes),
    )
    faults = [each for each in decoders.examine_decoders() if each.weight is Weight.FAULT]
    assert [each.check for each in faults] == [f"transfer syntax {broken}"]
    assert faults[0].do


def test_faults_end_with_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # a share without modes
    done = call("--out", tmp_path)
    assert done.exit_code == 3
    assert "error: 1 of " in done.stderr
    assert "another file system" in done.stdout


def test_a_full_disk_is_a_fault_in_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "no space", "/secret")

    monkeypatch.setattr(os, "fsync", full)
    told = list(examine_place(tmp_path))[-1]
    assert (told.weight, told.found) == (Weight.FAULT, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_few_open_files_are_told() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        told = {each.check: each for each in examine_machine()}["open files"]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert (told.weight, told.do) == (Weight.ADVICE, "ulimit -n 1024")


def test_an_extra_that_is_absent_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "EXTRAS", {"excel": ("no_such_package", "Excel")})
    told = {each.check: each for each in packages.examine_packages()}["extra excel"]
    assert told.weight is Weight.OK
    assert told.do.startswith("pip install 'hnp-etl[excel]'")


def test_a_data_set_is_no_place_to_try(tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    (tmp_path / "dataset.json").write_text("{}")
    assert call("--out", tmp_path / "shards").exit_code == 73


def test_the_example_works() -> None:
    program = Path(sys.executable).parent / "hnp-etl"
    done = subprocess.run(
        [program, "doctor", "--out", "/var/tmp"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "transfer syntax" in done.stdout
