"""What is installed with the programs is known: every dependency has a reason and a licence."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, files
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
OURS = ("hnp-shared", "hnp-etl", "hnp-model")
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
RUNTIME, _, DEVELOPMENT = PAGE.partition("## For development only")
DEVELOPMENT, _, LICENCES = DEVELOPMENT.partition("## Licences")

_COPYLEFT = re.compile(
    r"(?<!L)A?GPL|(?<!LESSER )(?:AFFERO )?GENERAL PUBLIC LICEN[CS]E", re.IGNORECASE
)
_LESSER = re.compile(r"LGPL|LESSER GENERAL PUBLIC", re.IGNORECASE)
_SHIPPED = ("libav", "libsw", "libquadmath", "libgfortran", "libgomp")
"""Beginnings of names of shared libraries that compilers and FFmpeg add to wheels."""
_NOT_FFMPEG = "libavif"


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def first_column(text: str) -> set[str]:
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    names = {canonical(name.strip()) for cell in cells for name in cell.split(",")}
    return names - {"package", "wheel"}


def declared(name: str) -> set[str]:
    content = tomllib.loads((ROOT / name / "pyproject.toml").read_text())
    project = content["project"]
    lists = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    names = {canonical(Requirement(line).name) for each in lists for line in each}
    return names - set(OURS)


def requirements(name: str) -> set[str]:
    lines = (ROOT / name).read_text().splitlines()
    return {canonical(line) for line in lines if line and not line.startswith("#")}


def default_install() -> Iterator[Distribution]:
    """Yield every distribution that installing ours without extras brings."""
    pending, seen = list(OURS), set[str]()
    while pending:
        name = canonical(pending.pop())
        if name in seen:
            continue
        seen.add(name)
        found = distribution(name)
        yield found
        for line in found.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                pending.append(wanted.name)


def licences(found: Distribution) -> list[str]:
    """Return how a distribution names its licence, without the text of one."""
    metadata = found.metadata
    fields = ("License-Expression", "Classifier")
    stated = [line for field in fields for line in metadata.get_all(field) or ()]
    short = [text.strip().partition("\n")[0] for text in metadata.get_all("License") or ()]
    return [line for line in (*stated, *short) if line and not line.startswith("Programming")]


INSTALLED = {canonical(found.metadata["Name"]): found for found in default_install()}


def test_every_dependency_has_its_reason_and_nothing_else_has() -> None:
    wanted = set().union(*map(declared, ("shared", "etl", "model")))
    assert first_column(RUNTIME) == wanted


def test_every_development_dependency_has_its_reason() -> None:
    wanted = requirements("requirements-dev.txt") | requirements("requirements-supply.txt")
    others = first_column(DEVELOPMENT) - wanted - {"hatchling", "atheris"}
    pages = "\n".join(path.read_text() for path in (ROOT / "bench").glob("requirements-*.txt"))
    peers = {canonical(name) for name in re.findall(r"^([\w.-]+)==", pages, re.MULTILINE)}
    assert wanted <= first_column(DEVELOPMENT)
    assert others <= peers


def test_everything_installed_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {canonical(line.partition("==")[0]) for line in lines if not line.startswith("#")}
    unpinned = set(INSTALLED) - pinned - set(OURS) - {"setuptools"}
    assert {name for name in unpinned if not name.startswith(("nvidia-", "cuda-", "triton"))} == (
        set()
    )


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_nothing_is_under_the_gpl(name: str) -> None:
    stated = licences(INSTALLED[name])
    assert stated
    assert [line for line in stated if _COPYLEFT.search(line)] == []
    if any(_LESSER.search(line) for line in stated):
        assert name in first_column(LICENCES)


@pytest.mark.parametrize(
    ("line", "copyleft"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0 AND MIT", False),
    ],
)
def test_the_gpl_would_be_seen(line: str, copyleft: bool) -> None:
    assert bool(_COPYLEFT.search(line)) == copyleft


def test_libraries_under_other_licences_within_wheels_are_listed() -> None:
    carrying = {
        name
        for name in INSTALLED
        for file in files(name) or ()
        if file.name.startswith(_SHIPPED)
        and not file.name.startswith(_NOT_FFMPEG)
        and ".so" in file.name
    }
    listed = {
        canonical(name.strip())
        for cell in re.findall(r"^\| ([^|]+) \| lib", LICENCES, re.MULTILINE)
        for name in cell.split(",")
    }
    assert carrying <= listed
