"""What a baseline's recipe reaches on patients like those of train, told without touching test."""

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.baselines.baseline import learn_baseline
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.refitting import Corrected, correct_optimism
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.settings.fit import BASELINES
from hnp_model.splits.split_facts import SplitFacts
from hnp_shared.errors import InputError


def refuse_refits(config: RunConfig, data: DataFacts, split: SplitFacts | None) -> None:
    """Refuse to learn anew what takes long, or from other patients than the run's.

    Raises:
        InputError: the model is a network, or data set and split are not those of the fit.
    """
    model = config.settings.model
    if model not in BASELINES:
        raise InputError(f"--refits found a {model} network, expected {' or '.join(BASELINES)}")
    asked = (data.dataset_id, split.digest if split else None)
    if asked != (config.data.dataset_id, config.split.digest):
        raise InputError("--refits needs the data set and the split of the fit, found others")


def refit(config: RunConfig, train: Slices, refits: int) -> Corrected:
    """Return what is left of the AUC by disc on train; the number of trees is the run's.

    Args:
        config: of a finished run of a baseline.
        train: the slices it has learned from.
        refits: models to learn, one at least.

    Raises:
        InputError: too few patients to leave some out.
    """
    trees = config.settled().best_epoch

    def learn(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        drawn = train.take(rows)
        standardisation = fit_standardisation(drawn)
        model = learn_baseline(drawn, standardisation, config.settings, trees)
        return sigmoid(model.logits(train, standardisation))

    seed = config.settings.seed
    found = correct_optimism(learn, train, PRIMARY_UNIT, refits=refits, seed=seed)
    if found is None:
        raise InputError("--refits found too few patients of either class in train")
    return found
