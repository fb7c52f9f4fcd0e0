"""What every report says in words below its figures."""

from hnp_model.measures.figures import PartFigures
from hnp_model.report.findings import Findings
from hnp_model.runs.referral import REFERRAL_FILE, Referral

INTERVALS_LEAVE_OUT = (
    "intervals are about trained models as they are: they leave out training variance (another "
    "seed or training set) and, within one split, between-hospital variance"
)


APART = ", each scored by the epoch that the others choose"
NOT_APART = (
    ", scored by the epoch that was chosen on them: sets hold the true class less often than "
    "promised; a new fit scores them apart"
)


def sentences_on(found: Findings) -> tuple[str, ...]:
    """Return what is said below the figures of an evaluation."""
    referral = (referral_sentence(found.referral),) if found.referral else ()
    return (worst_hospital(found.asked), *referral, INTERVALS_LEAVE_OUT)


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
        f"{level}: error among those not referred {referral.error}; "
        f"refers {referral.referred} to a reader; "
        f"true class in the set: negative {referral.covered_negative}, "
        f"positive {referral.covered_positive}; set on {found} patients of val"
        f"{APART if referral.apart else NOT_APART}"
    )
