"""What stands by the picture of a slice: its disc, its label, and what was said; nothing more."""

import numpy as np

from hnp_model.data.slices import UNKNOWN_LEVEL
from hnp_model.explanations.subject import Subject
from hnp_model.measures.calibration import sigmoid
from hnp_shared.vocabulary import LEVEL_NAMES

INPUT_NAMES = {"canal_width_mm": "canal", "level": "disc"}
"""Inputs whose column has a longer name than a picture has room for."""


def title_of(subject: Subject, row: int, logit: float) -> str:
    """Return two lines on a slice."""
    level = int(subject.slices.level[row])
    disc = "disc unknown" if level == UNKNOWN_LEVEL else LEVEL_NAMES[level]
    label = "no label" if subject.truth is None else f"label {_word(subject.truth[row])}"
    probability = float(sigmoid(np.array(logit)))
    return f"{disc}, {label}\ncalled {_word(subject.called[row])}, {probability:.2f}"


def _word(positive: np.bool_) -> str:
    return "herniated" if positive else "normal"
