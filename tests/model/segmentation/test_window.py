"""What the network sees is as wide on every scanner, and goes back to where it was."""

import numpy as np
import pytest
import torch

from hnp_model.segmentation.learning import loss_of
from hnp_model.segmentation.network import SegmentationNet
from hnp_model.segmentation.window import back, see, see_both


def test_a_mask_seen_and_taken_back_is_the_same() -> None:
    down, right = np.mgrid[:200, :240]
    disc = ((down - 90) / 40) ** 2 + ((right - 130) / 55) ** 2 <= 1
    masks = torch.from_numpy(np.stack([2 * disc, np.where(disc, 1, 0)]).astype(np.uint8))
    shares = torch.tensor([[0.8, 0.9], [0.7, 0.75]])
    images = torch.rand(2, 200, 240)
    seen, truth = see_both(images, masks, shares, 160, None)
    assert seen.shape == (2, 1, 160, 160)
    assert torch.allclose(seen.mean(dim=(1, 2, 3)), torch.zeros(2), atol=1e-5)
    assert torch.equal(seen, see(images, shares, 160))
    again = back(truth, shares, (200, 240)).argmax(dim=1)
    for one, other in zip(again, masks, strict=True):
        shared = ((one > 0) & (other > 0)).sum() * 2
        assert shared / ((one > 0).sum() + (other > 0).sum()) > 0.985


def test_what_was_not_seen_is_background() -> None:
    probability = torch.zeros(1, 6, 96, 96)
    probability[:, 3] = 1
    masks = back(probability, torch.tensor([[0.5, 0.5]]), (100, 100)).argmax(dim=1)[0]
    assert set(masks[:24].flatten().tolist()) == {0}
    assert set(masks[26:74, 26:74].flatten().tolist()) == {3}


def test_a_network_learns_a_square() -> None:
    torch.manual_seed(0)
    network = SegmentationNet(8)
    truth = torch.zeros(2, 6, 32, 32)
    truth[:, 0] = 1
    truth[:, 0, 8:24, 8:24], truth[:, 2, 8:24, 8:24] = 0, 1
    images = truth[:, 2:3] + 0.1 * torch.randn(2, 1, 32, 32)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    losses = []
    for _ in range(70):
        loss = loss_of(network(images), truth)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] - 1
    assert (network(images).argmax(dim=1) == truth.argmax(dim=1)).float().mean() > 0.97


def test_the_loss_of_the_truth_is_the_least() -> None:
    truth = torch.zeros(1, 6, 8, 8)
    truth[:, 0] = 1
    truth[:, 0, 2:6], truth[:, 1, 2:6] = 0, 1
    best = float(loss_of(truth * 50, truth))
    assert best == pytest.approx(0, abs=1e-2)
    assert float(loss_of(torch.zeros_like(truth), truth)) > best + 1
