"""What every report says in words below its figures."""

from hnp_model.measures.figures import PartFigures
from hnp_model.report.findings import Findings
from hnp_model.runs.referral import REFERRAL_FILE, Referral

INTERVALS_LEAVE_OUT = (
    "intervals are about trained models as they are: they leave out training variance (another "
    "seed or training set) and, within one split, between-hospital variance"
)

SEEDS_TOLD = (
    "after a semicolon stands the interval that holds the variance between seeds too, of a mean of "
    "as many members as the run has"
)


def sentences_on(found: Findings) -> tuple[str, ...]:
    """Return what is said below the figures of an evaluation."""
    referral = (referral_sentence(found.referral),) if found.referral else ()
    intervals = sentences_on_intervals(found.config.settings.seeds)
    return (worst_hospital(found.asked), *referral, *intervals)


def sentences_on_intervals(seeds: int | None) -> tuple[str, ...]:
    """Return what intervals hold and leave out.

    Args:
        seeds: members whose mean a prediction is; None: one.
    """
    return (INTERVALS_LEAVE_OUT,) if seeds is None else (INTERVALS_LEAVE_OUT, SEEDS_TOLD)


def worst_hospital(figures: PartFigures) -> str:
    """Return which hospital has the lowest AUC by slice."""
    groups = figures.by["hospital"]
    aucs = {name: group.figure("auc") for name, group in groups.items()}
    known = {name: auc.value for name, auc in aucs.items() if auc.value is not None}
    told = f"{len(known)} of {len(groups)} hospitals have enough patients for figures"
    if len(known) < 2:
        return f"worst hospital: not known, {told}"
    name = min(known, key=lambda name: known[name])
    return (
        f"worst hospital: {name}, AUC by slice {known[name]:.3f} "
        f"({aucs[name].low:.3f} to {aucs[name].high:.3f}), {groups[name].n_patients:,} patients; "
        f"{told}"
    )


def referral_sentence(referral: Referral) -> str:
    """Return whom the model refers, or why that is not known."""
    level = f"referral at an error level of {100 * referral.error_level:g} % a class"
    found = f"{referral.n_val_negative:,} negative and {referral.n_val_positive:,} positive"
    if not referral.n_val_negative + referral.n_val_positive:
        return f"{level}: not known, the run has no {REFERRAL_FILE} (fit --resume writes it)"
    if referral.referred is None:
        return (
            f"{level}: not known, val has {found} patients, "
            f"expected at least {referral.n_val_needed:,} of each"
        )
    return (
        f"{level}: refers {referral.referred} to a reader, error among the rest {referral.error}; "
        f"true class in the set: negative {referral.covered_negative}, "
        f"positive {referral.covered_positive}; set on {found} patients of val"
    )
