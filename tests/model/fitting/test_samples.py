from pathlib import Path
from typing import cast

import numpy as np
import pytest
from torch.utils.data import DataLoader, Dataset

from hnp_model.data.slices import read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import open_dataset

SETTINGS = FitSettings(model="compact-1", batch_size=8)


@pytest.fixture
def samples(small: Path) -> Samples:
    dataset = open_dataset(small)
    slices = read_slices(dataset)
    return map_samples(dataset, slices, fit_standardisation(slices), SETTINGS)


def test_batches_in_order_are_the_whole_part(samples: Samples) -> None:
    assert samples.images is not None
    images = np.concatenate([batch.images.numpy().copy() for batch in samples.in_order()])
    np.testing.assert_array_equal(images[:, 0], samples.images.gather(np.arange(len(samples))))
    truth = np.concatenate([batch.truth.numpy() for batch in samples.in_order()])
    assert truth.tolist() == samples.slices.is_patient.astype(float).tolist()


def test_every_batch_lies_in_the_same_memory(samples: Samples) -> None:
    first, second = samples.batch(np.array([1, 2])), samples.batch(np.array([3]))
    assert first.images.data_ptr() == second.images.data_ptr() == samples.buffer.ctypes.data
    assert second.images.shape == (1, 1, *samples.buffer.shape[1:])


def test_a_torch_data_loader_takes_them(samples: Samples) -> None:
    asked = cast("Dataset[Batch]", samples)  # a loader only asks for __getitems__ and __len__
    loader = DataLoader(asked, batch_size=8, collate_fn=lambda batch: batch)
    found = [batch.truth.numpy().tolist() for batch in loader]
    assert found == [batch.truth.numpy().tolist() for batch in samples.in_order()]
