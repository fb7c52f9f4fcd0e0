"""A run, opened in a notebook: its settings, its figures, its network, and what that says.

::

    run = open_run("runs/first")
    found = run.predict(open_dataset("/srv/spine"))
    found.groupby("hospital")["probability"].mean()
"""

import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from torch import nn

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.predicting import (
    find_lacking_inputs,
    predict,
    refuse_lacking,
    refuse_other_pixels,
)
from hnp_model.fitting.device import on_device_at_hand
from hnp_model.fitting.networks.choice import build_network
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.predictions import table_beside
from hnp_model.runs.run_config import RunConfig, describe_dataset
from hnp_model.runs.run_folder import HISTORY_FILE, METRICS_FILE, PREDICTIONS_FILE, RunFolder
from hnp_model.settings import ALL
from hnp_shared.dataset import Dataset


@dataclass(frozen=True)
class Run:
    """An opened run; nothing is written to it.

    Attributes:
        folder: where it lies.
        config: what its config.json says.
    """

    folder: RunFolder
    config: RunConfig

    @cached_property
    def history(self) -> pd.DataFrame:
        """One row an epoch."""
        return pd.read_csv(io.BytesIO(self.folder.read(HISTORY_FILE)))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """What its own test evaluation said of each slice."""
        content = io.BytesIO(self.folder.read(PREDICTIONS_FILE))
        return cast("pd.DataFrame", pq.read_table(content).to_pandas())

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The figures of its own test evaluation, as metrics.json holds them."""
        found: dict[str, Any] = json.loads(self.folder.read(METRICS_FILE))
        return found

    def network(self) -> nn.Module:
        """Return the trained network, ready to look at slices."""
        network = build_network(on_device_at_hand(self.config.settings))
        load_weights(self.folder, network)
        return network.eval()

    def predict(
        self, dataset: Dataset, *, allow_mismatch: bool = False, allow_missing: bool = False
    ) -> pd.DataFrame:
        """Return what the run says of every slice of a data set, in the order of the manifest.

        Args:
            dataset: an opened data set, labelled or not.
            allow_mismatch: go on when its images were made by another recipe.
            allow_missing: go on when it has none of an input that train had.

        Raises:
            InputError: no finished run, or other pixels than those trained on.
            StorageError: a read failed.
        """
        result = self.config.settled()
        data = describe_dataset(dataset.info)
        refuse_other_pixels(self.config.data, data, allow=allow_mismatch)
        slices = read_slices(dataset, labelled=False)
        lacking = find_lacking_inputs(self.config, slices)
        refuse_lacking(lacking, allow=allow_missing, where="the data set")
        parts = np.full(len(slices), ALL)
        found = predict(self.folder, self.config, dataset, slices, parts)
        told = table_beside(dataset.manifest_table(), found, result.calibration)
        return cast("pd.DataFrame", told.to_pandas())


def open_run(path: str | Path) -> Run:
    """Open the run in a folder.

    Raises:
        InputError: there is none.
        StorageError: it could not be read.
    """
    folder = RunFolder(Path(path).expanduser().absolute())
    return Run(folder, folder.config())
