"""What a reader of any figure of a run should know; shown on stderr and in every report."""

from collections.abc import Sequence

from hnp_model.report.findings import TRAINING
from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.splits.guard import DATASET_FACT, Leakage

ENOUGH_PATIENTS = 60
"""With as many, the interval of an AUC of .75 to .89 by disc is 0.16 to 0.11 wide, simulated."""


def remarks_on_fit(config: RunConfig) -> tuple[str, ...]:
    """Return the remarks that hold for whatever is done with a run."""
    remarks = remarks_on_recipe(config.data)
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


def remarks_on_size(part: str, patient_count: int) -> tuple[str, ...]:
    """Return a remark when there are too few patients for more than a rough figure."""
    if patient_count >= ENOUGH_PATIENTS:
        return ()
    return (
        f"{part} has {patient_count:,} patients, under {ENOUGH_PATIENTS}: "
        "its figures are rough, and their intervals wide",
    )


def remarks_on_prediction(
    trained: RunConfig, judged: DataFacts, seen: Leakage | None, lacking: Sequence[str]
) -> tuple[str, ...]:
    """Return the remarks of a prediction.

    Args:
        trained: the run.
        judged: the data set.
        seen: what the fit has used of it; None when the run cannot tell.
        lacking: inputs that train had and the data set has not.
    """
    remarks = [*remarks_on_fit(trained), *remarks_on_recipe(judged), *_on_data(trained, judged)]
    remarks += _on_lacking(lacking)
    if seen:
        remarks.append(
            f"{TRAINING}: {seen} here were used in the fit: what is said of them is too good"
        )
    if seen is None:
        remarks.append("the run no longer says what its fit has used")
    return tuple(dict.fromkeys(remarks))


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
        remarks.append("label codes mean something else than in the data trained on")
    canals = [f"{one.canal_quantity} in {one.canal_unit}" for one in (judged, before)]
    if before.canal_unit and canals[0] != canals[1]:
        remarks.append(f"the canal's {canals[0]}, trained on its {canals[1]}")
    return tuple(remarks)


def _on_lacking(lacking: Sequence[str]) -> tuple[str, ...]:
    if not lacking:
        return ()
    names = ", ".join(lacking)
    return (f"no slice has {names} (--allow-missing): the mean of train stands in",)
