from dataclasses import replace

import numpy as np
import pytest
import torch

from hnp_model.data.tabular_inputs import ENCODED_WIDTH
from hnp_model.explanations.attributing import (
    STEPS,
    Attributions,
    adds_up,
    attribute,
    blur,
    last_maps,
)
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.networks.choice import build_network
from hnp_model.settings.fit import FitSettings
from model.explanations.known_networks import Bend, Linear

SHAPES = {
    "compact": FitSettings(model="compact"),
    "compact of three slices, two seeds": FitSettings(model="compact", slices=3, seeds=2),
    "compact-1": FitSettings(model="compact-1"),
    "compact without tabular inputs": FitSettings(model="compact", inputs="image"),
}


def batch(slices: int, channels: int, features: int, side: int = 32) -> Batch:
    generator = torch.Generator().manual_seed(0)
    there = torch.ones(slices, channels - 1, side, side)
    images = torch.rand(slices, channels, side, side, generator=generator)
    return Batch(
        torch.cat([images, there], dim=1),
        torch.randn(slices, features, generator=generator),
        torch.zeros(slices),
    )


def attributed(settings: FitSettings, slices: int = 2) -> Attributions:
    features = ENCODED_WIDTH if settings.model == "compact" else 4
    network = build_network(settings).eval()
    given = batch(slices, settings.channels, features)
    return attribute(network, given, settings.channels, torch.zeros(features))


def test_of_a_linear_network_integrated_gradients_are_weight_times_change() -> None:
    generator = torch.Generator().manual_seed(1)
    pixels, features = torch.randn(1, 32, 32, generator=generator), torch.tensor([1.0, -2, 0, 3])
    given, usual = batch(3, 1, 4), torch.tensor([0.5, 0.0, 1.0, -1.0])
    found = attribute(Linear(pixels, features), given, 1, usual)
    change = given.images - blur(given.images)
    assert np.allclose(found.integrated, (pixels * change).numpy(), atol=1e-5)
    assert np.allclose(found.tabular, (features * (given.tabular - usual)).numpy(), atol=1e-5)
    assert np.abs(found.missed).max() < 1e-3


@pytest.mark.parametrize("settings", SHAPES.values(), ids=SHAPES)
def test_parts_add_up_to_the_change_of_the_logit(settings: FitSettings) -> None:
    found = attributed(settings)
    assert found.integrated.shape == (2, settings.channels, 32, 32)
    assert found.cam.shape == (2, 32, 32)
    assert np.abs(found.integrated).max() > 0
    assert np.abs(found.missed).max() < 0.02
    assert (np.abs(found.tabular).max() > 0) == (settings.inputs == "both")


@pytest.mark.torture
def test_parts_of_the_reference_network_add_up_too() -> None:
    network = build_network(FitSettings(model="reference")).eval()
    found = attribute(network, batch(2, 1, 4, side=300), 1, torch.zeros(4))
    assert np.abs(found.missed).max() < 0.02
    assert found.cam.shape == (2, 300, 300)


def test_slices_whose_parts_add_up_badly_get_more_steps() -> None:
    given = batch(4, 1, 4)
    given.images[:, 0, 0, 0] = torch.tensor([0.9, 0.95, 1.0, 0.1])
    coarse = attribute(Bend(), given, 1, torch.zeros(4), exact=False)
    found = attribute(Bend(), given, 1, torch.zeros(4))
    assert not adds_up(coarse.missed, coarse.logit - coarse.start).all()
    assert np.abs(found.missed).max() < np.abs(coarse.missed).max() / 4
    assert len(STEPS) > 1


def test_the_decision_of_several_seeds_is_explained_not_their_mean_logit() -> None:
    settings = replace(SHAPES["compact of three slices, two seeds"], slices=None)
    network = build_network(settings).eval()
    given = batch(2, 1, ENCODED_WIDTH)
    found = attribute(network, given, 1, torch.zeros(ENCODED_WIDTH))
    with torch.no_grad():
        assert np.allclose(found.logit, network(given.images, given.tabular).numpy())


def test_grad_cam_is_never_below_zero() -> None:
    against = Linear(-torch.ones(1, 32, 32), torch.zeros(4))
    assert attribute(against, batch(2, 1, 4), 1, torch.zeros(4)).cam.max() == 0
    for settings in SHAPES.values():
        assert attributed(settings).cam.min() >= 0


def test_the_last_maps_still_have_places() -> None:
    for settings, side, shape in (
        (FitSettings(model="reference"), 300, (1, 512, 9, 9)),
        (SHAPES["compact"], 144, (1, 96, 18, 18)),
        (SHAPES["compact-1"], 300, (1, 128, 19, 19)),
    ):
        network = build_network(settings).eval()
        seen: list[tuple[int, ...]] = []
        last_maps(network).register_forward_hook(
            lambda _layer, _given, maps, seen=seen: seen.append(tuple(maps.shape))
        )
        features = ENCODED_WIDTH if settings.model == "compact" else 4
        with torch.no_grad():
            network(torch.rand(1, 1, side, side), torch.zeros(1, features))
        assert seen == [shape]


def test_the_baseline_keeps_brightness_and_loses_a_mark() -> None:
    picture = torch.full((1, 1, 70, 70), 0.2)
    picture[..., 3:8, 3:8] = 1.0
    blurred = blur(picture)
    assert float(blurred.max()) < 0.35
    assert torch.allclose(blur(torch.full((1, 1, 32, 32), 0.4)), torch.tensor(0.4))
