"""What a reader of any figure of a run should know; shown on stderr and in every report."""

from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.splits.guard import Leakage

ENOUGH_PATIENTS = 60
"""With fewer, percentile intervals come out narrow: with 30 simulated patients they hold the truth
93 times in 100, with 60 and more 94 to 95 times."""


def remarks_on_fit(config: RunConfig) -> tuple[str, ...]:
    """Return the remarks that hold for whatever is done with a run."""
    remarks = remarks_on_recipe(config.data)
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


def remarks_on_size(part: str, patient_count: int) -> tuple[str, ...]:
    """Return a remark when there are too few patients to trust the intervals."""
    if patient_count >= ENOUGH_PATIENTS:
        return ()
    return (
        f"{part} has {patient_count:,} patients, under {ENOUGH_PATIENTS}: "
        "its intervals are likely too narrow",
    )


def remarks_on_prediction(
    trained: RunConfig, judged: DataFacts, seen: Leakage | None
) -> tuple[str, ...]:
    """Return the remarks of a prediction.

    Args:
        trained: the run.
        judged: the data set.
        seen: what the fit has used of it; None when the run cannot tell.
    """
    remarks = [*remarks_on_fit(trained), *remarks_on_recipe(judged), *_on_pixels(trained, judged)]
    if seen:
        remarks.append(f"{seen} here were used in the fit: what is said of them is too good")
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
    return tuple(dict.fromkeys([*remarks, *_on_pixels(trained, judged)]))


def _on_pixels(trained: RunConfig, judged: DataFacts) -> tuple[str, ...]:
    if judged.pixels_id == trained.data.pixels_id:
        return ()
    return (
        f"other pixels (--allow-mismatch): pixels_id {judged.pixels_id}, "
        f"trained on {trained.data.pixels_id}",
    )
