"""The page of the architecture is made from the tree; tables of places name what is there."""

import re
from pathlib import Path

import architecture_page as made
import pytest

ROOT = Path(__file__).resolve().parents[1]

PACKAGES = ("shared/src/hnp_shared", "etl/src/hnp_etl", "model/src/hnp_model")


def test_the_page_and_its_picture_are_those_of_the_code() -> None:
    assert made.PAGE.read_text(encoding="utf-8") == made.page(), "run make docs"
    assert made.PICTURE.read_text(encoding="utf-8") == made.picture(), "run make docs"


@pytest.mark.parametrize("flow", made.FLOWS, ids=lambda flow: flow.title)
def test_every_folder_is_on_the_page_and_every_stage_is_a_folder(flow: made.Flow) -> None:
    package = ROOT / flow.source
    there = {each.name for each in package.iterdir() if any(each.rglob("*.py"))}
    listed = set(re.findall(r"^\| `(\w+)/` \|", made._listing(flow), re.MULTILINE))
    assert listed == there
    assert set(flow.stages) <= there


def test_gerunds_are_stages() -> None:
    for flow in made.FLOWS:
        assert {name for name in made.folders(flow.source) if name.endswith("ing")} <= {
            *flow.stages
        }


def test_roots_hold_few_modules() -> None:
    found = {
        package: sorted(
            path.stem for path in (ROOT / package).glob("*.py") if not path.stem.startswith("__")
        )
        for package in PACKAGES[1:]
    }
    assert found == {
        "etl/src/hnp_etl": ["bugs", "cli", "errors", "imaging", "limits"],
        "model/src/hnp_model": ["cli"],
    }


@pytest.mark.parametrize("place", sorted({place for each in made.WHERE.values() for place in each}))
def test_places_of_the_page_are_there(place: str) -> None:
    assert (ROOT / place).exists()


def places_of_contributing() -> list[str]:
    """Return every path in the table, from the project."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    cells = [line.split("|")[2] for line in text.splitlines() if line.startswith("| ")]
    return sorted({name for cell in cells for name in re.findall(r"`([\w/-]*[./][\w./-]*)`", cell)})


@pytest.mark.parametrize("place", places_of_contributing())
def test_places_of_the_table_for_contributors_are_there(place: str) -> None:
    below = [ROOT, *(ROOT / package for package in PACKAGES)]
    assert any((folder / place).exists() for folder in below)
