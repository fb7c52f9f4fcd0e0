"""What every report says in words below its figures."""

from collections.abc import Mapping

from hnp_model.measures.bootstrap import RESAMPLES, Estimates, Figure
from hnp_model.measures.figures import PartFigures, UnitFigures
from hnp_model.measures.refitting import Corrected
from hnp_model.report.decision_words import decision_sentences
from hnp_model.report.findings import Findings
from hnp_model.runs.referral import REFERRAL_FILE, Referral
from hnp_shared.counted import counted

INTERVALS_LEAVE_OUT = (
    "intervals are about trained models as they are: they leave out training variance (another "
    "seed or training set) and, within one split, between-hospital variance"
)

RECIPES_LEAVE_OUT = (
    "intervals are about recipes on this training set: they leave out another training set and, "
    "within one split, between-hospital variance"
)

MOST_LACKING = 0.01
"""Share of resamples without a figure that goes without a remark."""

SEEDS_TOLD = (
    "after a semicolon stands the interval that holds the variance between seeds too, of a mean of "
    "as many members as the run has"
)

APART = ", each scored by the epoch that the others choose"
NOT_APART = (
    ", scored by the epoch that was chosen on them: sets hold the true class less often than "
    "promised; a new fit scores them apart"
)


def sentences_on(found: Findings) -> tuple[str, ...]:
    """Return what is said below the figures of an evaluation."""
    referral = (referral_sentence(found.referral),) if found.referral else ()
    inputs = found.beside.inputs.sentence() if found.beside.inputs else ""
    missing = missing_sentence(found.without) if found.without else ""
    pooled = (pooling_sentence(found),) if found.pooled else ()
    refitted = (refits_sentence(found.refitted),) if found.refitted else ()
    told = (
        *(decision_sentences(found.decisions) if found.decisions else ()),
        inputs,
        missing,
        worst_hospital(found.asked),
        *referral,
        *pooled,
        *refitted,
        *resample_sentences(found.asked),
        *sentences_on_intervals(found.config.settings.seeds),
    )
    return tuple(filter(None, told))


def resample_sentences(figures: PartFigures) -> tuple[str, ...]:
    """Return where more resamples than `MOST_LACKING` say nothing, if anywhere.

    Those left out are not any: they drew what makes a figure undefined, and the rest tells less.
    """
    groups: dict[str, UnitFigures] = {f"by {unit}": one for unit, one in figures.units.items()}
    for dimension, members in figures.by.items():
        groups |= {f"of {dimension} {group}": one for group, one in members.items()}
    told = [each for name, one in groups.items() for each in _lacking(name, one.estimates)]
    if not told:
        return ()
    return (
        f"of {RESAMPLES:,} resamples, percentiles (low_percentile, high_percentile) and the "
        f"interval of average precision leave out: {', '.join(told)}",
    )


def _lacking(name: str, estimates: Estimates) -> list[str]:
    """Return what the resamples of one unit or subgroup lack, for more than a few."""
    counts = {"all figures (one class drawn)": estimates.resamples_dropped}
    counts |= {f"{metric} (not defined)": n for metric, n in estimates.resamples_undefined.items()}
    return [
        f"{count / RESAMPLES:.1%} for {what} {name}"
        for what, count in counts.items()
        if count > MOST_LACKING * RESAMPLES
    ]


def pooling_sentence(found: Findings) -> str:
    """Return what comes of the pooling that val has chosen."""
    result = found.config.settled()
    figure, pooling, attention = found.pooled, str(result.pooling), result.attention
    if attention:
        pooling += (
            f" ({attention.by_logit:+.2f} a logit, {attention.by_distance:+.2f} from the middle of "
            "the disc to an end)"
        )
    if figure is None or figure.value is None:
        return f"slices of a disc pooled by {pooling}, as val has chosen: too few to judge"
    ends = f" ({figure.low:.3f} to {figure.high:.3f})" if figure.low is not None else ""
    return (
        f"AUC by disc with slices pooled by {pooling}, as val has chosen: {figure.value:.3f}"
        f"{ends}; all other figures by disc are of their mean"
    )


def refits_sentence(refitted: Corrected) -> str:
    """Return what is left of the AUC on train."""
    return (
        f"AUC by disc on train {refitted.apparent:.3f}; {refitted.refits:,} refits to resampled "
        f"patients leave {refitted.corrected:.3f} of it for other patients like them (.632+ "
        f"bootstrap; {refitted.outside:.3f} on those not drawn)"
    )


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
    has = "has" if len(groups) == 1 else "have"
    told = f"{len(known)} of {counted(len(groups), 'hospital')} {has} enough patients for figures"
    if len(known) < 2:
        return f"worst hospital: not known, {told}"
    name = min(known, key=lambda name: known[name])
    return (
        f"worst hospital: {name}, AUC by slice {known[name]:.3f} "
        f"({aucs[name].low:.3f} to {aucs[name].high:.3f}), "
        f"{counted(groups[name].n_patients, 'patient')}; {told}"
    )


def missing_sentence(without: Mapping[str, Figure]) -> str:
    """Return the AUC by disc with each input missing."""
    known = {name: figure.value for name, figure in without.items() if figure.value is not None}
    told = ", ".join(f"{name} {value:.3f}" for name, value in known.items())
    return f"AUC by disc when missing: {told or 'not known, too few patients'}"


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
