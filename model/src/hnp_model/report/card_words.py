"""What every card says, whatever the figures."""

from hnp_model.measures.calibration_error import BINS, FEW_ROWS
from hnp_model.report.configuration import SEES_NO_PICTURE
from hnp_model.runs.run_folder import DECISION_FILE, RELIABILITY_FILE, ROC_FILE
from hnp_model.settings.fit import BASELINES, FitSettings

DISCLAIMER = "**Research use only, not a medical device.**"

REFERENCE_REPORT = (
    "AUC 0.8279, accuracy 73.38 %, F1 0.7295 (at 0.5), on slices of a split by slice, in which one "
    "person's slices sit on both sides: it leaks, and its figures cannot be compared with those of "
    "a split by patient."
)

LIMITS = (
    "One axial T2 slice is judged at a time; the model sees neither neighbouring slices nor other "
    "sequences.",
    "The truth is the label's code as the recipe reads it, not an operation or a second reader.",
    "Patients come from hospitals, not from the population: predictive values hold at the "
    "prevalence shown only.",
    "Figures hold for scanners, protocols and hospitals like those of the data set; see the "
    "subgroups.",
)

SEES_NEIGHBOURS_NOTE = (
    "{} neighbouring axial T2 slices of a series are seen at a time, and the middle one is judged; "
    "where a neighbour is missing or further than 10 mm the slice stands for it. The model sees no "
    "other sequences."
)

REFERRAL_NOTE = (
    "A patient is referred whose prediction set (split-conformal, by class, on the calibrated "
    "probability; maximum over discs) is no single class. The error level is a promise about each "
    "class as a whole, not about those who are not referred, and holds for patients like those of "
    "val only. In brackets: patients, and Wilson's 95 % interval."
)

CALIBRATION_NOTE = (
    "`-`: the model's probabilities. Slices are calibrated by the line in the configuration; discs "
    "and patients by none, Platt's line or an isotonic curve on their own probabilities, whichever "
    "had the least log loss on patients of val that it was not fitted on."
)

OLD_CALIBRATION_NOTE = (
    "`-`: the model's probabilities. This run is of an older version: discs and patients are "
    "calibrated by the line of slices; a new fit chooses for each unit."
)

ECE_NOTE = (
    f"`ece`: expected calibration error in {BINS} bins ({BINS // 2} under {FEW_ROWS} rows), above "
    "0 by chance in a calibrated model too; its interval allows for that."
)

INPUTS_NOTE = (
    "The range holds 99 % of train's slices; brightness and contrast are mean and standard "
    "deviation of the stored picture."
)

MISSING_NOTE = (
    "The same slices, judged with that input taken away as it is where a slice has none; without "
    "the image, a black one. Thresholds play no part in an AUC."
)

DECISIONS_NOTE = (
    "In brackets 95 % intervals between patients, with 10 patients of each class or more. Net "
    "benefit (Vickers and Elkin 2006): what is found, less the alarms at the price that the "
    "threshold puts on them; a threshold counts where the whole interval lies above 0, each for "
    "itself."
)

PICTURES = (
    f"![ROC curves of the three units]({ROC_FILE})\n\n"
    f"![Reliability, as predicted and calibrated, of the three units]({RELIABILITY_FILE})\n\n"
    f"![Net benefit of acting on the model, on all and on none]({DECISION_FILE})"
)


def limits_on(settings: FitSettings) -> tuple[str, ...]:
    """Return what no figure of a model tells."""
    if settings.model in BASELINES:
        return (SEES_NO_PICTURE, *LIMITS[1:])
    if settings.channels == 1:
        return LIMITS
    return (SEES_NEIGHBOURS_NOTE.format(settings.channels), *LIMITS[1:])
