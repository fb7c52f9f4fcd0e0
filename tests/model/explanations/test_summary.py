"""Verdicts on maps whose truth is known, without any network."""

from dataclasses import replace

import numpy as np
import pytest

from hnp_model.explanations.curves import RANDOM, Curves
from hnp_model.explanations.measured import METHODS, Measured, joined
from hnp_model.explanations.regions import REGIONS
from hnp_model.explanations.summary import Summary, summarise

AREA = {"disc": 0.49, "outside": 0.51, "border": 0.36, "corners": 0.16, "rim": 0.36}
INPUTS = ("age", "sex", "canal_width_mm", "level")
SLICES = 80


def measured(
    *, corners: float, decides: float, alike: float = 0.1, seed: int = 0, slices: int = SLICES
) -> Measured:
    """Return maps with a share in the corners, which make a share of all differences."""
    random = np.random.default_rng(seed)
    logit = random.normal(0, 2, size=slices)
    regions = np.zeros((slices, len(REGIONS)))
    for name, share in (("disc", 1 - decides), ("outside", decides), ("corners", decides)):
        regions[:, REGIONS.index(name)] = share * logit + random.normal(0, 0.05, size=slices)
    shares = np.tile([AREA[name] for name in REGIONS], (slices, 1))
    shares[:, REGIONS.index("corners")] = corners + random.normal(0, 0.02, size=slices)
    half = np.full(slices, 0.5)
    return Measured(
        *(logit, np.zeros(slices), np.full(slices, 0.01), logit * 0.75),
        *(np.tile(logit[:, None] / 16, (1, 4)), regions),
        np.tile([AREA[name] for name in REGIONS], (slices, 1)),
        dict.fromkeys(METHODS, shares),
        {**dict.fromkeys(METHODS, Curves(half - 0.2, half + 0.1)), RANDOM: Curves(half, half)},
        {name: alike + random.normal(0, 0.05, size=slices) for name in METHODS},
    )


def summary(found: Measured, patients: int = 20) -> Summary:
    patient = np.array([f"{number % patients:02}" for number in range(len(found))])
    return summarise({"part": "test"}, found, INPUTS, patient)


def test_a_region_without_the_disc_that_draws_and_decides_is_a_finding() -> None:
    found = summary(measured(corners=0.4, decides=0.8))
    assert found.verdict == "SHORTCUT: what lies in corners sets slices apart"
    (line,) = found.found
    assert line.startswith("corners (squares of a fifth of its sides) holds 0.4")


@pytest.mark.parametrize(
    ("corners", "decides"),
    [(0.16, 0.8), (0.05, 0.8), (0.4, 0.02), (0.16, 0.0)],
    ids=["no more than its area", "less", "but decides nothing", "neither"],
)
def test_what_only_draws_or_only_decides_is_none(corners: float, decides: float) -> None:
    found = summary(measured(corners=corners, decides=decides, seed=3))
    assert found.found == ()
    assert found.verdict.startswith("no shortcut found outside the disc's box; ")


def test_a_network_that_sees_nothing_but_the_box_has_no_shortcut_outside() -> None:
    one = measured(corners=0.0, decides=0.0)
    none = np.zeros_like(one.areas)
    found = summary(replace(one, areas=none, shares=dict.fromkeys(METHODS, none), regions=none))
    assert found.verdict == "no shortcut outside the disc's box: the network sees nothing of it"


def test_under_ten_patients_nothing_is_judged() -> None:
    found = summary(measured(corners=0.4, decides=0.8), patients=9)
    assert found.found == ()
    assert found.verdict == "too few patients to tell whether the network uses a shortcut"
    assert found.regions[0].shares["ig"].value is not None


def test_maps_that_random_weights_give_too_are_a_finding() -> None:
    found = summary(measured(corners=0.16, decides=0.0, alike=0.9))
    assert len(found.found) == 2
    assert all("hardly change when weights are random" in line for line in found.found)


def test_shares_of_a_decision_add_up_and_are_by_size() -> None:
    found = summary(measured(corners=0.16, decides=0.0))
    assert found.shares["picture"].value == pytest.approx(0.75)
    assert [found.shares[name].value for name in INPUTS] == pytest.approx([1 / 16] * 4)


def test_maps_are_compared_with_random_orders_slice_by_slice() -> None:
    curves = summary(measured(corners=0.16, decides=0.0)).curves["ig"]
    assert curves.earlier.value == pytest.approx(0.2)
    assert curves.sooner.value == pytest.approx(0.1)
    assert curves.deletion.value == pytest.approx(0.3)


def test_batches_are_joined_in_their_order_and_taken_apart_again() -> None:
    one, two = measured(corners=0.2, decides=0.1), measured(corners=0.4, decides=0.1, seed=1)
    both = joined([one, two])
    assert len(both) == 2 * SLICES
    again = both.take(np.arange(SLICES, 2 * SLICES))
    assert np.array_equal(again.logit, two.logit)
    assert np.array_equal(again.shares["cam"], two.shares["cam"])
    assert np.array_equal(again.curves[RANDOM].deletion, two.curves[RANDOM].deletion)
