import numpy as np
import pytest
import torch
from torch import nn

from hnp_model.explanations.curves import CELLS, STEPS, cell_sums, curves_of
from hnp_model.explanations.measuring import rank_correlation
from hnp_model.fitting.batch import Batch
from model.explanations.known_networks import looks_at

SIDE = 4 * CELLS
MARK = (slice(4, 8), slice(40, 44))
CELL = 1 * CELLS + 10


def marked(slices: int = 3) -> Batch:
    images = torch.zeros(slices, 1, SIDE, SIDE)
    images[:, :, *MARK] = 1.0
    return Batch(images, torch.zeros(slices, 4), torch.zeros(slices))


class Steep(nn.Module):
    """Certain of a herniation as long as the mark is there, of none without."""

    def __init__(self) -> None:
        super().__init__()
        self.mark = looks_at(*MARK, side=SIDE)

    def forward(self, images: torch.Tensor, tabular: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = 10 * (self.mark(images, tabular) - 8)
        return told


def orders(*named: tuple[str, float]) -> dict[str, np.ndarray]:
    values = np.arange(CELLS * CELLS, dtype=np.float64)[None].repeat(3, axis=0) / 1e6
    found = {}
    for name, of_mark in named:
        found[name] = values.copy()
        found[name][:, CELL] = of_mark
    return found


def test_the_right_order_deletes_at_once_and_inserts_at_once() -> None:
    called = np.ones(3, dtype=np.bool_)
    given = orders(("right", 1.0), ("wrong", -1.0))
    found = curves_of(Steep(), marked(), 1, called, given)
    assert found["right"].deletion == pytest.approx(0.5 / STEPS, abs=1e-6)
    assert found["right"].insertion == pytest.approx(1 - 0.5 / STEPS, abs=1e-6)
    assert found["wrong"].deletion == pytest.approx(1 - 0.5 / STEPS, abs=1e-6)
    assert found["wrong"].insertion == pytest.approx(0.5 / STEPS, abs=1e-6)


def test_of_a_slice_called_normal_the_probability_of_normal_is_followed() -> None:
    found = curves_of(Steep(), marked(), 1, np.zeros(3, dtype=np.bool_), orders(("right", 1.0)))
    assert found["right"].deletion == pytest.approx(1 - 0.5 / STEPS, abs=1e-6)


def test_cells_add_up_pixels() -> None:
    maps = np.zeros((1, SIDE + 3, SIDE), dtype=np.float32)
    maps[0, 0, 0], maps[0, -1, -1] = 2.0, -1.0
    cells = cell_sums(maps)
    assert cells[0, 0] == 2
    assert cells[0, -1] == -1
    assert np.abs(cells).sum() == 3


def test_equal_maps_are_alike_and_reversed_ones_are_not() -> None:
    random = np.random.default_rng(0)
    maps = random.normal(size=(3, 24, 24)).astype(np.float32)
    assert rank_correlation(maps, 3 * maps) == pytest.approx(1)
    assert rank_correlation(maps, -maps) == pytest.approx(-1)
    assert np.abs(rank_correlation(maps, maps[[1, 2, 0]])).max() < 0.4
    assert np.isnan(rank_correlation(maps, np.zeros_like(maps))).all()
