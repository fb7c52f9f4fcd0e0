"""What comes of acting on what a run says of the part judged."""

from hnp_model.measures.decisions import Decisions, decide
from hnp_model.measures.operating_points import Aim
from hnp_model.runs.aims import find_points
from hnp_model.runs.predictions import Calibrated, Predictions
from hnp_model.runs.run_config import FitResult
from hnp_model.runs.run_folder import RunFolder
from hnp_model.settings.evaluate import EvaluateSettings


def decide_on(
    folder: RunFolder,
    predictions: Predictions,
    calibrated: Calibrated,
    result: FitResult,
    settings: EvaluateSettings,
) -> Decisions:
    """Return counts at thresholds of val, and what they are worth where val is not judged itself.

    Raises:
        InputError: an aim is asked for and the run does not know the discs of its val.
        StorageError: a file could not be read.
    """
    points = find_points(folder, Aim.of(settings.sensitivity, settings.ppv))
    asked = predictions.of_part(settings.part)
    used = settings.part in {"train", "val"}
    scores = None if used else calibrated.scores(asked)
    return decide(asked.scores(), result.thresholds, points, scores)
