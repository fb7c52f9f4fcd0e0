"""What `hnp-train plan` is asked to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """The flags of a plan; None leaves a value to the data set, or to `Clustering`.

    Attributes:
        auc: area under the curve by disc that the model is hoped to have, above 0.5.
        width: of its 95 % interval on test.
        threshold_width: of the 95 % range of the sensitivity at a threshold chosen on val.
        slope_width: of the 95 % interval of the calibration slope on val.
        prevalence: share of positive discs.
        discs_per_patient: number of discs of each patient.
        correlation: of the labels of two discs of one patient.
        score_correlation: of a model's logits on them, within a class.
    """

    auc: float
    width: float
    threshold_width: float = 0.2
    slope_width: float = 0.5
    prevalence: float | None = None
    discs_per_patient: int | None = None
    correlation: float | None = None
    score_correlation: float | None = None
