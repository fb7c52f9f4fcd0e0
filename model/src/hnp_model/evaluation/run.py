"""A run, opened in a notebook: its settings, its figures, its network, and what that says.

::

    run = open_run("runs/first")
    found = run.predict(open_dataset("/srv/spine"))
    found.groupby("hospital")["probability"].mean()
"""

import contextlib
import io
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
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
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.evaluated import read_evaluation
from hnp_model.runs.history import Epoch
from hnp_model.runs.predictions import Calibrated, table_beside
from hnp_model.runs.run_config import RunConfig, describe_dataset
from hnp_model.runs.run_folder import HISTORY_FILE, METRICS_FILE, PREDICTIONS_FILE, RunFolder
from hnp_model.runs.typed_record import DAMAGED_JSON
from hnp_model.settings.evaluate import ALL
from hnp_model.settings.fit import BASELINES
from hnp_shared.bounded_parquet import read_parquet
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.plain_json import plain_json


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
        """One row an epoch.

        Raises:
            InputError: there is none, or it is damaged.
        """
        content = io.BytesIO(self.folder.read(HISTORY_FILE))
        with _damage_told(HISTORY_FILE):
            found = pd.read_csv(content)
            asked = [one for one in fields(Epoch) if one.default is MISSING]  # later ones may lack
            lacking = [one.name for one in asked if one.name not in found.columns]
            if lacking:
                raise ValueError(f"expected {lacking[0]}")
            names = [one.name for one in fields(Epoch)[1:] if one.name in found.columns]
            return found.astype(dict.fromkeys(names, float))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """What its own test evaluation said of each slice; raises as `metrics` does."""
        content = self.folder.read(PREDICTIONS_FILE)
        with _damage_told(PREDICTIONS_FILE):
            table = read_parquet(content, size=len(content), role=PREDICTIONS_FILE)
            found = cast("pd.DataFrame", table.to_pandas(use_threads=False))
        read_evaluation(self.folder, "opened")
        return found

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The figures of its own test evaluation, as metrics.json holds them.

        Raises:
            InputError: there are none, they are damaged, or about other weights or predictions
                than those that lie beside them: the fit went on since, say.
        """
        with _damage_told(METRICS_FILE):
            found = plain_json(self.folder.read(METRICS_FILE))
            if not isinstance(found, dict):
                raise TypeError("expected an object")
        read_evaluation(self.folder, "opened")
        return found

    def network(self) -> nn.Module:
        """Return the trained network, ready to look at slices.

        Raises:
            InputError: the run's model is none.
        """
        if self.config.settings.model in BASELINES:
            raise InputError(f"the run's model is a {self.config.settings.model}, no network")
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
        slices = read_slices(dataset, labelled=False, columns=self.config.settings.columns)
        lacking = find_lacking_inputs(self.config, slices)
        refuse_lacking(lacking, allow=allow_missing, where="the data set")
        parts = np.full(len(slices), ALL)
        found = predict(self.folder, self.config, dataset, slices, parts)
        units = read_calibrations(self.folder, found.weights_sha256)
        calibrated = Calibrated(result.calibration, units)
        told = table_beside(dataset.manifest_table(), found, calibrated)
        return cast("pd.DataFrame", told.to_pandas())


@contextlib.contextmanager
def _damage_told(name: str) -> Iterator[None]:
    """Turn what libraries raise over bytes that we did not write into an error of ours."""
    try:
        yield
    except (pa.ArrowException, OSError, MemoryError, *DAMAGED_JSON) as error:
        raise InputError(f"{name} is damaged or was not written by hnp-train") from error


def open_run(path: str | Path) -> Run:
    """Open the run in a folder.

    Raises:
        InputError: there is none.
        StorageError: it could not be read.
    """
    folder = RunFolder(Path(path).expanduser().absolute())
    return Run(folder, folder.config())
