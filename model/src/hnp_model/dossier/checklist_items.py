"""What two checklists ask of a report on a model, in our own words, and which fact answers it.

Sources: Collins GS et al., TRIPOD+AI statement, BMJ 2024; 385: e078378 (27 items, 52 with their
parts). Tejani AS et al., Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024
update, Radiology: Artificial Intelligence 2024; 6: e240300 (44 items). Numbers are theirs; the
wording is short and ours, so whoever publishes fills in the originals.
"""

from typing import NamedTuple


class Item(NamedTuple):
    """One thing asked.

    Attributes:
        form: which checklist.
        number: of the item there.
        asks: in our words.
        fact: of `checklist.facts_of` that answers it; "": nothing here does.
    """

    form: str
    number: str
    asks: str
    fact: str = ""


def _of(form: str, rows: tuple[tuple[str, str, str], ...]) -> tuple[Item, ...]:
    return tuple(Item(form, *row) for row in rows)


TRIPOD = _of(
    "TRIPOD+AI",
    (
        ("1", "Title: development or evaluation, people, outcome", "aim"),
        ("2", "Abstract", "abstract"),
        ("3a", "Medical context, and models there are", ""),
        ("3b", "For whom, where in care, used by whom", "use"),
        ("3c", "Inequalities known in health", ""),
        ("4", "Aim: development, evaluation or both", "aim"),
        ("5a", "Sources of the data, and whom they stand for", "sources"),
        ("5b", "Dates of the data", ""),
        ("6a", "Setting, number and place of centres", "centres"),
        ("6b", "Who and what was taken in", "eligible"),
        ("6c", "Treatments received", ""),
        ("7", "Preparation and checks of the data", "preparation"),
        ("8a", "Outcome: what, how and when", "outcome"),
        ("8b", "Who judged the outcome", ""),
        ("8c", "Blinding of those who judged it", ""),
        ("9a", "How predictors were picked", "inputs"),
        ("9b", "Predictors: what, how and when measured", "inputs"),
        ("9c", "Who measured predictors", ""),
        ("10", "Sample size and its reason", "size"),
        ("11", "Missing data", "missing"),
        ("12a", "How data were divided and used", "partition"),
        ("12b", "How predictors were transformed", "transformed"),
        ("12c", "Model, its building, tuning and internal validation", "training"),
        ("12d", "Differences between clusters: how handled", "clusters"),
        ("12e", "Measures and plots of performance", "measures"),
        ("12f", "Updating of the model: how", "recalibration"),
        ("12g", "How predictions are computed", "computed"),
        ("13", "Class imbalance", "imbalance"),
        ("14", "Fairness: what was done", "fairness"),
        ("15", "Output and thresholds", "output"),
        ("16", "Training and evaluation data: differences", "differences"),
        ("17", "Ethical approval and consent", ""),
        ("18a", "Funding", ""),
        ("18b", "Conflicts of interest", ""),
        ("18c", "Protocol", ""),
        ("18d", "Registration", ""),
        ("18e", "Sharing of data", ""),
        ("18f", "Sharing of code", "code"),
        ("19", "Patients and public: their part", ""),
        ("20a", "Flow of participants", "flow"),
        ("20b", "Characteristics of participants", "people"),
        ("20c", "Evaluation data beside development data", "differences"),
        ("21", "Participants and events in each analysis", "events"),
        ("22", "The model itself, to be used by others", "object"),
        ("23a", "Performance with intervals, subgroups too", "performance"),
        ("23b", "Performance in each cluster", "clusters"),
        ("24", "Updating of the model: results", "recalibration"),
        ("25", "Interpretation", "interpretation"),
        ("26", "Limitations", "limits"),
        ("27a", "Poor or missing inputs in use", "poor"),
        ("27b", "What users must do and know", ""),
        ("27c", "Next steps", ""),
    ),
)

CLAIM = _of(
    "CLAIM 2024",
    (
        ("1", "Title: AI, and which kind", "model"),
        ("2", "Abstract", "abstract"),
        ("3", "Background, and the role in care", "use"),
        ("4", "Aims and hypotheses", "aim"),
        ("5", "Prospective or retrospective", "design"),
        ("6", "Goal of the study", "aim"),
        ("7", "Data sources", "sources"),
        ("8", "Who and what was taken in", "eligible"),
        ("9", "Preprocessing", "preparation"),
        ("10", "Choice of parts of the data", "eligible"),
        ("11", "De-identification", "deidentified"),
        ("12", "Missing data", "missing"),
        ("13", "Image acquisition", "acquisition"),
        ("14", "Reference standard: what it is", "outcome"),
        ("15", "Reference standard: why this one", ""),
        ("16", "Annotators", ""),
        ("17", "Annotation of the test part", ""),
        ("18", "Agreement of annotators", ""),
        ("19", "How data were divided", "partition"),
        ("20", "What no two parts share", "disjoint"),
        ("21", "Size of the test part", "size"),
        ("22", "Model: architecture", "model"),
        ("23", "Software and versions", "software"),
        ("24", "First weights", "start"),
        ("25", "Training", "training"),
        ("26", "Choice of the model", "selection"),
        ("27", "Ensembles", "ensemble"),
        ("28", "Measures of performance", "measures"),
        ("29", "Uncertainty", "intervals"),
        ("30", "Robustness", "robust"),
        ("31", "Explanations, and whether they hold", "explained"),
        ("32", "Internal testing", "internal"),
        ("33", "External testing", "external"),
        ("34", "Registration of a trial", ""),
        ("35", "Taken in and left out: numbers", "flow"),
        ("36", "Characteristics by part", "people"),
        ("37", "Performance by part and subgroup", "performance"),
        ("38", "Accuracy with 95 % intervals", "performance"),
        ("39", "Where it fails", "failures"),
        ("40", "Limitations", "limits"),
        ("41", "Meaning for practice", "interpretation"),
        ("42", "Full protocol", ""),
        ("43", "Availability of software, model and data", "code"),
        ("44", "Funding", ""),
    ),
)

ITEMS = (*TRIPOD, *CLAIM)
