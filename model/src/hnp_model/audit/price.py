"""What leakage is worth: the same network on the same data, split by slice and split by patient.

Done twice, with the labels as they are and with patients' labels exchanged. With exchanged labels
images tell nothing about patients the network has not seen: what is left in a split by patient is
the disc (lower ones are herniated more often), and all that a split by slice has on top is leakage.
"""

from dataclasses import replace

from hnp_model.audit.exchange import permute_labels
from hnp_model.audit.optimism import Half, LeakagePrice, compare_halves
from hnp_model.audit.trial import train_and_judge, trial_settings
from hnp_model.data.slices import Slices, Strings
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.guard import parts_of
from hnp_model.splits.making import make_splits
from hnp_shared.dataset import Dataset
from hnp_shared.progress import track
from hnp_shared.splits import Unit

SPLIT_UNITS: tuple[Unit, ...] = ("slice", "patient")


def price_leakage(dataset: Dataset, slices: Slices, *, epochs: int, seed: int) -> LeakagePrice:
    """Train four times and return what the leaking split promises beyond the honest one.

    Args:
        dataset: an opened data set.
        slices: all its slices.
        epochs: of each training.
        seed: of splits, permutation and training.

    Raises:
        InputError: too little to split, or images the network cannot take.
        StorageError: a read or write failed.
    """
    settings = trial_settings(epochs, seed)
    parts = {unit: _split(slices, unit, seed) for unit in SPLIT_UNITS}
    labels = {"real": slices, "permuted": replace(slices, is_patient=permute_labels(slices, seed))}
    halves: dict[tuple[str, Unit], Half] = {}
    cases = [(name, unit) for name in labels for unit in SPLIT_UNITS]
    for name, unit in track(cases, "pricing leakage", total=len(cases), unit="training"):
        halves[name, unit] = train_and_judge(dataset, labels[name], parts[unit], settings)
    real, permuted = (
        compare_halves(labelled, *(halves[name, unit] for unit in SPLIT_UNITS))
        for name, labelled in labels.items()
    )
    return LeakagePrice(real, permuted, epochs, seed)


def _split(slices: Slices, unit: Unit, seed: int) -> Strings:
    (made,) = make_splits(slices, "", SplitSettings(unit=unit, seed=seed))
    return parts_of(slices, made.split)
