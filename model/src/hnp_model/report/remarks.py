"""What a reader of any figure of a run should know; shown on stderr and in every report."""

from collections.abc import Mapping, Sequence

from hnp_model.measures.bootstrap import MIN_PATIENTS
from hnp_model.report.findings import TRAINING, BesideTrain
from hnp_model.report.remarks_on_val import remarks_on_val
from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.splits.guard import DATASET_FACT, Leakage
from hnp_model.splits.near_copies import NearCopies
from hnp_shared.counted import counted

ENOUGH_PATIENTS = 40
"""Patients of the rarer class with whom the interval of an AUC by disc of .75 is 0.15 wide, of .89
0.10, by simulation: at any share of positives, for how many others there are hardly matters."""

MOST_CODES = 5
"""Codes of labels that are told of; a recipe may have any number."""


def remarks_on_fit(config: RunConfig) -> tuple[str, ...]:
    """Return the remarks that hold for whatever is done with a run."""
    remarks = remarks_on_recipe(config.data) + remarks_on_val(config.result)
    made_for = config.split.facts.get(DATASET_FACT, config.data.dataset_id)
    if made_for != config.data.dataset_id:
        remarks += (
            f"the split was made for data set {made_for}, the fit is on {config.data.dataset_id}",
        )
    if config.leakage:
        remarks += (
            f"trained on a split that leaks (--allow-leakage): {config.leakage} sit in more than "
            "one part, so figures are too good",
        )
    return remarks


def remarks_on_recipe(data: DataFacts) -> tuple[str, ...]:
    """Return a remark when nobody has checked the recipe."""
    if data.confirmed:
        return ()
    return (
        f"recipe {data.recipe} is not confirmed: what its label codes and units mean is a guess "
        "until a person has checked the data guide",
    )


def remarks_on_use(part: str, used: bool, lacking: Sequence[str]) -> tuple[str, ...]:
    """Return remarks on what part of a data set is judged.

    Args:
        part: its name.
        used: whether the fit has used any of it.
        lacking: inputs that train had and the data set has not.
    """
    remarks = (f"{TRAINING}: the fit has used {part}, figures on it are too good",) if used else ()
    return remarks + _on_lacking(lacking)


def remarks_on_tta(*, used: bool) -> tuple[str, ...]:
    """Return a remark where pictures were looked at mirrored too."""
    if not used:
        return ()
    return (
        "each picture was looked at mirrored too (--tta): thresholds and calibration were fixed "
        "without that",
    )


def remarks_beside_train(beside: BesideTrain) -> tuple[str, ...]:
    """Return remarks on how what is judged differs from train, and on what is nearly in it."""
    inputs = beside.inputs.remarks if beside.inputs else ()
    return remarks_on_near_copies(beside.near_copies) + inputs


def remarks_on_near_copies(found: NearCopies | None) -> tuple[str, ...]:
    """Return a remark when pictures of two patients in two parts are nearly the same.

    Args:
        found: the pairs, mine of what is judged; None when they were not looked for.
    """
    if found is None:
        return ("near copies were not looked for: the run has kept no pictures of its fit",)
    if not len(found):
        return ()
    return (
        f"NEAR COPIES: {found}, show almost the same picture in two parts: if two of them are "
        "one person under two names, figures are too good",
    )


def remarks_on_size(part: str, positive: int, negative: int) -> tuple[str, ...]:
    """Return a remark when the rarer class has too few patients for more than a rough figure.

    Args:
        part: its name.
        positive: patients with a positive disc.
        negative: patients with a negative disc.
    """
    fewest = min(positive, negative)
    if fewest >= ENOUGH_PATIENTS:
        return ()
    rarer = "positive" if positive == fewest else "negative"
    found = f"{part} has {counted(fewest, 'patient')} with a {rarer} disc"
    if fewest < MIN_PATIENTS:
        return (f"{found}, under {MIN_PATIENTS}: too few to judge",)
    return (f"{found}, under {ENOUGH_PATIENTS}: its figures are rough, and their intervals wide",)


def remarks_on_prediction(
    trained: RunConfig,
    judged: DataFacts,
    seen: Leakage | None,
    lacking: Sequence[str],
    beside: BesideTrain,
) -> tuple[str, ...]:
    """Return the remarks of a prediction.

    Args:
        trained: the run.
        judged: the data set.
        seen: what the fit has used of it; None when the run cannot tell.
        lacking: inputs that train had and the data set has not.
        beside: how it differs from train.
    """
    remarks = [*remarks_on_fit(trained), *remarks_on_recipe(judged), *_on_data(trained, judged)]
    remarks += _on_lacking(lacking)
    if seen:
        remarks.append(
            f"{TRAINING}: {seen} here were used in the fit: what is said of them is too good"
        )
    if seen is None:
        remarks.append("the run no longer says what its fit has used")
    remarks += remarks_beside_train(beside)
    return tuple(dict.fromkeys(remarks))


def remarks_on_discs(without: int) -> tuple[str, ...]:
    """Return a remark when the disc of some slices is not known, so that nothing is said of it."""
    if not without:
        return ()
    return (
        f"the disc of {counted(without, 'slice')} is not known: calibrated probabilities of discs "
        "and patients are left out there",
    )


def remarks_on_evaluation(
    trained: RunConfig, judged: DataFacts, split: Leakage, seen: Leakage | None
) -> tuple[str, ...]:
    """Return the remarks of an evaluation.

    Args:
        trained: the run.
        judged: the data set evaluated.
        split: what sits in several parts of the split evaluated.
        seen: what is judged although the fit has used it; None when the run cannot tell.
    """
    remarks = [*remarks_on_fit(trained), *remarks_on_recipe(judged)]
    if split and split != trained.leakage:
        remarks.append(f"the split leaks (--allow-leakage): {split} sit in more than one part")
    if seen:
        remarks.append(f"{seen} judged here were used in the fit (--allow-leakage)")
    if seen is None:
        remarks.append("the run no longer says what its fit has used (--allow-leakage)")
    return tuple(dict.fromkeys([*remarks, *_on_data(trained, judged)]))


def _on_data(trained: RunConfig, judged: DataFacts) -> tuple[str, ...]:
    """Return how a data set differs from the one trained on; what an old run knows not is not."""
    before, remarks = trained.data, []
    if judged.pixels_id != before.pixels_id:
        remarks.append(
            f"other pixels (--allow-mismatch): pixels_id {judged.pixels_id}, "
            f"trained on {before.pixels_id}"
        )
    if before.key_id and judged.key_id != before.key_id:
        remarks.append(
            f"ids of another key ({judged.key_id}, trained on {before.key_id}): patients that the "
            "fit has used are known by their images only"
        )
    if before.label_codes and judged.label_codes != before.label_codes:
        remarks.append(_on_codes(before.label_codes, judged.label_codes or {}))
    canals = [f"{one.canal_quantity} in {one.canal_unit}" for one in (judged, before)]
    if before.canal_unit and canals[0] != canals[1]:
        remarks.append(f"the canal's {canals[0]}, trained on its {canals[1]}")
    return tuple(remarks)


def _on_codes(before: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Return which codes of labels mean something else, or are in one recipe only."""
    codes = sorted(before.keys() | here.keys())
    other = [code for code in codes if before.get(code) != here.get(code)]
    told = ", ".join(
        f"{code} {here.get(code, 'nothing')} ({before.get(code, 'nothing')})"
        for code in other[:MOST_CODES]
    )
    more = f" and {len(other) - MOST_CODES} more" if len(other) > MOST_CODES else ""
    return f"label codes mean something else than in the data trained on (there): {told}{more}"


def _on_lacking(lacking: Sequence[str]) -> tuple[str, ...]:
    if not lacking:
        return ()
    names = ", ".join(lacking)
    return (f"no slice has {names} (--allow-missing): the model does without",)
