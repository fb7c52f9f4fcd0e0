import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hnp_model.audit.auditing import Audit, audit
from hnp_model.audit.shortcuts import Shortcuts
from hnp_model.settings.audit import AuditSettings
from model.audit.worlds import (
    AGE,
    CANAL,
    DISC,
    NOTHING,
    Fault,
    World,
    bright_discs,
    canal_of_the_ill,
    hospital_codes,
    make_world,
    mark_inside,
    other_range,
    other_reconstruction,
    other_tilt,
    swapped_codes,
)
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

PATIENTS = 150
KNOWN = (
    (hospital_codes, "acquisition"),
    (canal_of_the_ill, "missing"),
    (mark_inside, "surroundings"),
    (other_reconstruction, "sharpness"),
    (other_tilt, "placement"),
    (other_range, "range"),
)
"""Faults, and the suspect that tells of each."""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Plan], Audit]:
    @functools.cache
    def make(plan: Plan) -> Audit:
        folder = tmp_path_factory.mktemp("planted")
        out, split = write_dataset(folder / "out", plan), folder / "split.csv"
        assert invoke("split", out, "-o", split).exit_code == 0
        return audit(out, split, None, AuditSettings())

    return make


def findings(found: Shortcuts) -> set[str]:
    return {one.name for one in found.suspects if one.is_finding}


def test_a_data_set_without_a_shortcut_has_none(audited: Callable[[Plan], Audit]) -> None:
    found = audited(Plan(PATIENTS, slices_a_level=1))
    assert found.found == ()
    assert not found.shortcuts.unjudged


def test_hospitals_that_tell_the_label_are_found(audited: Callable[[Plan], Audit]) -> None:
    found = audited(Plan(PATIENTS, slices_a_level=1, hospital_shares=(0.1, 0.5, 0.9)))
    (what,) = found.found
    assert what.startswith("acquisition tells the label beyond disc, age, sex and canal: AUC ")


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (Plan(PATIENTS, slices_a_level=1, bright_border=True), "border"),
        (Plan(PATIENTS, slices_a_level=1, side=48, marked=True), "surroundings"),
        (Plan(PATIENTS, slices_a_level=1, smoothed=True), "sharpness"),
    ],
    ids=["bright border", "mark inside the frame", "other reconstruction"],
)
def test_what_a_picture_tells_off_the_disc_is_found(
    audited: Callable[[Plan], Audit], plan: Plan, told: str
) -> None:
    found = audited(plan).shortcuts
    assert told in findings(found)
    (suspect,) = (one for one in found.suspects if one.name == told)
    assert suspect.adds.low is not None
    assert suspect.adds.low > 0.1


@pytest.mark.parametrize("full_range", [False, True], ids=["as measured", "each to its own range"])
def test_a_bright_disc_that_rescales_the_frame_is_no_shortcut(
    audited: Callable[[Plan], Audit], full_range: bool
) -> None:
    plan = Plan(PATIENTS, slices_a_level=1, side=48, bright_disc=True, full_range=full_range)
    found = audited(plan)
    assert found.found == ()


def test_a_disc_brighter_than_all_else_is_no_range_of_greys() -> None:
    assert findings(make_world(1, 60, tells=DISC, fault=bright_discs).audited()) == set()


def test_an_image_that_shows_the_disc_adds_to_what_is_known(
    audited: Callable[[Plan], Audit],
) -> None:
    disc = audited(Plan(PATIENTS, slices_a_level=1)).shortcuts.disc
    assert disc.adds.low is not None
    assert disc.adds.low > 0.1


@pytest.mark.parametrize("tells", [NOTHING, AGE, CANAL, DISC])
def test_what_the_baseline_knows_is_no_shortcut(tells: str) -> None:
    worlds = [make_world(seed, 40, tells=tells).audited() for seed in range(2)]
    assert sum(bool(found.found) for found in worlds) <= 1
    assert all(found.baseline.value is not None for found in worlds)
    if tells != NOTHING:
        assert min(found.baseline.value or 0.0 for found in worlds) > 0.55


@pytest.mark.parametrize(("fault", "told"), KNOWN)
def test_a_known_shortcut_is_found(fault: Fault, told: str) -> None:
    assert told in findings(make_world(1, 60, tells=DISC, fault=fault).audited())


def test_a_canal_recorded_for_the_ill_alone_is_nothing_that_the_baseline_knows() -> None:
    found = make_world(1, 60, fault=canal_of_the_ill).audited()
    assert found.baseline.high is not None
    assert found.baseline.high < 0.7
    assert findings(found) == {"missing"}


def test_a_hospital_with_swapped_codes_is_named_and_no_other() -> None:
    found = make_world(0, 120, tells=DISC, fault=swapped_codes).audited()
    assert {one.name for one in found.hospitals if one.what} == {"H03"}
    assert found.found[-1].startswith("H03: AUC by disc 0.")
    assert found.found[-1].endswith("the reverse of the others: are its codes swapped?")


def test_what_was_not_found_has_a_limit_that_falls_with_more_patients() -> None:
    few, many = (make_world(0, patients, tells=DISC).audited() for patients in (40, 100))
    for less, more in zip(few.suspects, many.suspects, strict=True):
        assert less.adds.high is not None
        assert more.adds.high is not None
        assert 0 < more.adds.high < less.adds.high


def test_too_few_patients_are_told_not_judged(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", Plan(24, levels=1, positive_share=0.2, slices_a_level=1))
    split = tmp_path / "split.csv"
    assert invoke("split", out, "-o", split).exit_code == 0
    found = audit(out, split, None, AuditSettings())
    assert found.shortcuts.unjudged
    assert found.found == ()
    assert any("could not be judged" in remark for remark in found.remarks)


def test_the_same_audit_gives_the_same_figures(small: Path, small_split: Path) -> None:
    first, second = (audit(small, small_split, None, AuditSettings()) for _ in range(2))
    assert first == second


@pytest.mark.torture
@pytest.mark.parametrize("tells", [NOTHING, AGE, CANAL, DISC])
@pytest.mark.parametrize("patients", [60, 150])
def test_at_most_one_null_world_in_twenty_has_a_finding(tells: str, patients: int) -> None:
    found = [bool(make_world(seed, patients, tells=tells).audited().found) for seed in range(200)]
    assert sum(found) <= 10


@pytest.mark.torture
@pytest.mark.parametrize(("fault", "told"), KNOWN)
def test_known_shortcuts_are_found_in_every_world(fault: Fault, told: str) -> None:
    for seed in range(50):
        assert told in findings(make_world(seed, 80, tells=DISC, fault=fault).audited())


def faint(view: str, column: int, excess: float) -> Fault:
    """Return a fault that tells the label by an area of .5 and the excess, in one column."""

    def fault(world: World, random: np.random.Generator) -> World:
        truth, seen = world.slices.is_patient, getattr(world.facts, view).copy()
        marked = random.random(truth.size) < np.where(truth, 0.5 + excess, 0.5 - excess)
        seen[marked, column] += 3.0
        return replace(world, facts=replace(world.facts, **{view: seen}))

    return fault


@pytest.mark.parametrize(
    "worlds", [1, pytest.param(100, marks=pytest.mark.torture)], ids=["few", "many"]
)
@pytest.mark.parametrize(("view", "column"), [("surroundings", 70), ("noise", 2)])
def test_the_limit_holds_what_a_faint_shortcut_could_add(
    view: str, column: int, worlds: int
) -> None:
    excess = 0.05
    held = 0
    for seed in range(worlds):
        found = make_world(seed, 60, fault=faint(view, column, excess)).audited()
        (suspect,) = (one for one in found.suspects if one.name == view)
        held += suspect.adds.high is not None and suspect.adds.high >= excess
    assert held >= 0.95 * worlds
