"""How a model was learned, as the card has it."""

from hnp_model.settings import BASELINES, FitSettings

ANY_MODEL = ("model", "inputs", "seed", "fold", "allow_leakage")
"""Settings that mean something to every model."""

LEARNED_BY = {
    "tabular-logistic": "logistic regression with scikit-learn's usual ridge (C = 1) on "
    "standardised age and canal width, bent at -1, 0 and 1, sex, disc, and what is missing",
    "tabular-gbm": "gradient boosted trees of depth 3 on standardised age and canal width, sex, "
    "disc, and what is missing; an epoch is a tree",
}
SEES_NO_PICTURE = "Age, sex, canal width and disc are all the model sees: it looks at no picture."


def setting_rows(settings: FitSettings) -> list[tuple[str, str]]:
    """Return the settings that mean something to the model, and what it was learned by."""
    names = list(settings.__dataclass_fields__)
    how = ("loss, optimizer", "binary cross-entropy on the logit, Adam")
    if settings.model in BASELINES:
        names = [name for name in names if name in {*ANY_MODEL, *BASELINES[settings.model]}]
        how = ("learned by", LEARNED_BY[settings.model])
    return [*((name, str(getattr(settings, name))) for name in names), how]


def model_name(settings: FitSettings) -> str:
    """Return how the card calls the model."""
    return settings.model if settings.model in BASELINES else f"{settings.model} network"
