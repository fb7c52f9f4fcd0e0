from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from bench.programs.as_reported import AsReported
from hnp_model.data.tabular_inputs import ENCODED_WIDTH
from hnp_model.fitting.networks.choice import build_network, check_size
from hnp_model.fitting.networks.compact import BlurredHalving
from hnp_model.settings.fit import FitSettings, Inputs, ModelName
from hnp_shared.errors import InputError

REFERENCE = FitSettings(model="reference")
COMPACT = FitSettings(model="compact")
FIRST_COMPACT = FitSettings(model="compact-1")


def inputs(slice_count: int, side: int, width: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(slice_count, 1, side, side, generator=generator)
    return images, torch.randn(slice_count, width, generator=generator)


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def training_step_flops(network: nn.Module, given: Sequence[torch.Tensor]) -> int:
    with FlopCounterMode(display=False) as counter:
        network(*given).sum().backward()
    return int(counter.get_total_flops())


def test_the_reference_network_has_the_reported_parameters() -> None:
    network = build_network(REFERENCE)
    assert count(network) == 23_082_681
    assert [name for name, _ in network.named_children()] == ["cnn", "fcn", "fc"]


def test_pooling_before_rectifying_changes_no_output_and_no_gradient() -> None:
    ours, reported = build_network(REFERENCE).eval(), AsReported().eval()
    reported.load_state_dict(ours.state_dict())
    reported.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its types
    given = inputs(2, 300)
    found, expected = ours(*given), reported(*given)
    assert torch.equal(found, expected)
    found.sum().backward()
    expected.sum().backward()
    for (name, one), other in zip(ours.named_parameters(), reported.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.allclose(one.grad, other.grad, rtol=1e-4, atol=1e-7), name


def test_the_compact_networks_are_small_and_ten_times_cheaper_a_step() -> None:
    reference = training_step_flops(build_network(REFERENCE), inputs(2, 300))
    for settings, side, width in ((COMPACT, 144, ENCODED_WIDTH), (FIRST_COMPACT, 300, 4)):
        compact = build_network(settings)
        assert count(compact) < 1_000_000
        assert reference > 10 * training_step_flops(compact, inputs(2, side, width))


@pytest.mark.parametrize(("rows", "columns"), [(32, 32), (33, 47), (128, 96)])
def test_the_compact_networks_take_any_size(rows: int, columns: int) -> None:
    for settings, width in ((COMPACT, ENCODED_WIDTH), (FIRST_COMPACT, 4)):
        network = build_network(settings).eval()
        assert network(torch.rand(1, 1, rows, columns), torch.rand(1, width)).shape == (1,)


@pytest.mark.parametrize(
    ("model", "side"), [("reference", 300), ("compact", 40), ("compact-1", 40)]
)
@pytest.mark.parametrize("kept", ["image", "tabular"])
def test_the_other_branch_says_nothing(model: ModelName, side: int, kept: Inputs) -> None:
    network = build_network(replace(COMPACT, model=model, inputs=kept)).eval()
    images, tabular = inputs(2, side, ENCODED_WIDTH if model == "compact" else 4)
    before = network(images, tabular)
    if kept == "image":
        same, other = network(images, tabular + 1), network(images**2, tabular)
    else:
        same, other = network(images**2, tabular), network(images, tabular + 1)
    assert torch.equal(before, same)
    assert not torch.equal(before, other)


def test_first_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(5)
    one = build_network(COMPACT)
    torch.manual_seed(6)
    same, other = build_network(COMPACT), build_network(replace(COMPACT, seed=7))
    weights = [next(network.parameters()) for network in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


@pytest.mark.parametrize(
    ("settings", "size", "message"),
    [
        (REFERENCE, (300, 299), "found images of 300 x 299, the reference network takes 300 x 300"),
        (COMPACT, (300, 31), "found images of 300 x 31, the compact network takes 32 x 32"),
    ],
    ids=["reference", "compact"],
)
def test_other_sizes_are_refused(
    settings: FitSettings, size: tuple[int, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        check_size(settings, size)


def test_the_compact_network_sees_no_difference_in_brightness_and_contrast() -> None:
    network = build_network(COMPACT).eval()
    images, tabular = inputs(2, 48, ENCODED_WIDTH)
    before, darker = network(images, tabular), network(0.2 + 0.5 * images, tabular)
    torch.testing.assert_close(darker, before, atol=5e-3, rtol=0)


def test_halvings_take_no_notice_of_a_checkerboard() -> None:
    """Every other pixel alone would make a white or a black field of it."""
    rows = torch.arange(16)
    board = ((rows[:, None] + rows[None, :]) % 2).float().expand(1, 8, 16, 16)
    halved = BlurredHalving(8)(board)
    torch.testing.assert_close(halved[:, :, 1:, 1:], torch.full((1, 8, 7, 7), 0.5))
