import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import (
    advance,
    average_into,
    build_optimizer,
    learner_for,
    learning_rate,
)
from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import FitSettings

SETTINGS = FitSettings(model="compact-1", epochs=10, lr=0.1)
COSINE = replace(SETTINGS, craft=Craft(schedule="cosine", warmup_epochs=2))


@pytest.mark.parametrize(
    ("epochs", "rate"), [(0, 0), (1, 0.05), (2, 0.1), (6, 0.05), (10, 0), (12, 0)]
)
def test_the_learning_rate_rises_then_falls_along_a_cosine(epochs: float, rate: float) -> None:
    assert learning_rate(COSINE, epochs) == pytest.approx(rate)


def test_the_learning_rate_of_the_report_stays() -> None:
    assert {learning_rate(SETTINGS, epochs / 7) for epochs in range(70)} == {0.1}


def test_only_matrices_decay() -> None:
    network = build_network(SETTINGS)
    plain = build_optimizer(network, SETTINGS)
    assert type(plain) is torch.optim.Adam
    decaying = build_optimizer(network, replace(SETTINGS, craft=Craft(weight_decay=0.3)))
    assert type(decaying) is torch.optim.AdamW
    found = {
        id(weights): group["weight_decay"]
        for group in decaying.param_groups
        for weights in group["params"]
    }
    expected = {id(weights): 0.3 if weights.ndim > 1 else 0.0 for weights in network.parameters()}
    assert found == expected


def take_steps(craft: Craft, count: int) -> tuple[nn.Module, nn.Module]:
    """Return a network after some steps on one batch, and what val judges."""
    settings = replace(SETTINGS, craft=craft)
    learner = learner_for(build_network(settings), settings)
    images, tabular = torch.rand(4, 1, 32, 32), torch.rand(4, 4)
    for step in range(1, count + 1):
        learner.network(images, tabular).square().sum().backward()
        advance(learner, settings, 0, step, 10)
    return learner.network, learner.judged


def test_averaged_weights_lag_behind_and_carry_their_norms_along() -> None:
    network, averaged = take_steps(Craft(ema_epochs=1.0), 30)
    held, live = averaged.state_dict(), network.state_dict()
    assert held.keys() == live.keys()
    for name, value in live.items():
        assert torch.equal(held[name], value) is not value.is_floating_point(), name
    plain, judged = take_steps(Craft(), 1)
    assert plain is judged


def test_an_average_of_equal_weights_is_these_weights() -> None:
    network = build_network(SETTINGS)
    average, before = copy.deepcopy(network), copy.deepcopy(network.state_dict())
    average_into(average, network, 0.1)
    for name, value in average.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_quarter_of_the_way_is_a_quarter() -> None:
    one, other = nn.Linear(2, 1), nn.Linear(2, 1)
    expected = one.weight.detach() + 0.25 * (other.weight.detach() - one.weight.detach())
    average_into(one, other, 0.25)
    torch.testing.assert_close(one.weight.detach(), expected)


def test_clipped_gradients_have_the_norm_asked_for() -> None:
    settings = replace(SETTINGS, craft=Craft(clip=0.5))
    learner = learner_for(nn.Linear(3, 1), settings)
    learner = replace(learner, optimizer=torch.optim.SGD(learner.network.parameters(), lr=1.0))
    before = copy.deepcopy(learner.network.state_dict())
    (learner.network(torch.ones(1, 3)) * 1_000).sum().backward()
    advance(learner, replace(settings, lr=1.0), 0, 1, 10)
    after = learner.network.state_dict()
    moved = torch.cat([(after[name] - before[name]).flatten() for name in before])
    assert float(moved.norm()) == pytest.approx(0.5, rel=1e-3)
