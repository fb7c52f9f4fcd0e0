"""A baseline fitted as a network is: weights kept that are best on val, in a file without code."""

import hashlib
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import Standardisation
from hnp_model.fitting.baselines.inputs import bent_inputs, plain_inputs
from hnp_model.fitting.baselines.logistic import Logistic, learn_logistic
from hnp_model.fitting.baselines.trees import Trees, grow_trees
from hnp_model.measures.calibration import sigmoid
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import PRIMARY_UNIT, score_units
from hnp_model.measures.within_levels import area_within_levels
from hnp_model.runs.history import Epoch, History, best_of, has_stalled, to_csv
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import HISTORY_FILE, WEIGHTS_FILE, RunFolder
from hnp_model.runs.val_logits import write_val_logits
from hnp_model.settings.fit import FitSettings, ModelName
from hnp_shared.errors import InputError

Baseline = Logistic | Trees
KINDS: dict[ModelName, type[Logistic] | type[Trees]] = {
    "tabular-logistic": Logistic,
    "tabular-gbm": Trees,
}
Numbers = npt.NDArray[np.float64]


def fit_baseline(train: Slices, val: Slices, config: RunConfig, folder: RunFolder) -> History:
    """Fit a baseline, leave its weights in the run, and return one entry a tree (or one).

    Nothing random is left to the machine: a fit that was stopped begins again and ends alike.

    Raises:
        StorageError: a file could not be written.
    """
    standardisation, settings = config.standardisation, config.settings
    model = learn_baseline(train, standardisation, settings, settings.epochs)
    if isinstance(model, Trees):
        history, said = _climb(model, train, val, config)
        model = model.take(best_of(history).epoch)
    else:
        logits = [model.logits(part, standardisation) for part in (train, val)]
        history, said = (_judge(1, logits[0], train, logits[1], val),), [logits[1]]
    _write(folder, model)
    write_val_logits(folder, said)
    folder.write(HISTORY_FILE, to_csv(history))
    return history


def learn_baseline(
    train: Slices, standardisation: Standardisation, settings: FitSettings, trees: int
) -> Baseline:
    """Return a baseline that has learned from some slices, of both classes.

    Args:
        train: the slices.
        standardisation: of numbers.
        settings: which baseline, its learning rate and seed.
        trees: how many to grow, if any.
    """
    if settings.model == "tabular-logistic":
        return learn_logistic(bent_inputs(train, standardisation), train.is_patient)
    inputs = plain_inputs(train, standardisation)
    return grow_trees(inputs, train.is_patient, count=trees, rate=settings.lr, seed=settings.seed)


def load_baseline(folder: RunFolder, model: ModelName) -> tuple[Baseline, str]:
    """Return the model of a run and the sha256 of the bytes that it was made of.

    Raises:
        InputError: there are no weights, or they are another model's.
        StorageError: the file could not be read.
    """
    content = folder.read(WEIGHTS_FILE)
    try:
        found = _parse(safetensors.numpy.load(content), KINDS[model])
    except (safetensors.SafetensorError, ValueError, IndexError, KeyError) as error:
        raise InputError(f"{WEIGHTS_FILE} does not hold the weights of this {model}") from error
    return found, hashlib.sha256(content).hexdigest()


def _parse(arrays: dict[str, npt.NDArray[Any]], kind: type[Logistic] | type[Trees]) -> Baseline:
    if {name: array.dtype.type for name, array in arrays.items()} != kind.KINDS:
        raise ValueError(f"expected {', '.join(kind.KINDS)}")
    return kind(**arrays)


def _write(folder: RunFolder, model: Baseline) -> None:
    arrays = {field.name: getattr(model, field.name) for field in fields(model)}
    content = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    folder.write(WEIGHTS_FILE, safetensors.numpy.save(content))


def _climb(
    trees: Trees, train: Slices, val: Slices, config: RunConfig
) -> tuple[History, list[Numbers]]:
    """Return how the trees do, one after the other, until val gets no better, and say of val."""
    history: History = ()
    said: list[Numbers] = []
    stages = (trees.staged(plain_inputs(part, config.standardisation)) for part in (train, val))
    for number, (train_logit, val_logit) in enumerate(zip(*stages, strict=True), 1):
        history = (*history, _judge(number, train_logit, train, val_logit, val))
        said.append(val_logit)
        if has_stalled(history, config.settings.patience):
            break
    return history, said


def _judge(
    number: int, train_logit: Numbers, train: Slices, val_logit: Numbers, val: Slices
) -> Epoch:
    probability = sigmoid(val_logit)
    return Epoch(
        epoch=number,
        train_loss=_loss(train_logit, train),
        val_loss=_loss(val_logit, val),
        val_auc_slice=area_under_curve(score_units("slice", val, probability)),
        val_auc_level=area_under_curve(score_units(PRIMARY_UNIT, val, probability)),
        val_auc_within_level=area_within_levels(val, probability),
    )


def _loss(logit: Numbers, slices: Slices) -> float:
    """Return the mean binary cross-entropy."""
    return float(np.logaddexp(0.0, np.where(slices.is_patient, -logit, logit)).mean())
