"""How a model was learned, as the card has it."""

from dataclasses import fields

from hnp_model.settings.craft import Craft
from hnp_model.settings.fit import BASELINES, FitSettings

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
    if settings.model in BASELINES:
        names = {*ANY_MODEL, *BASELINES[settings.model]}
        return [
            *(row for row in _rows_of(settings) if row[0] in names),
            ("learned by", LEARNED_BY[settings.model]),
        ]
    loss = "cross-entropy over label codes" if settings.codes else "binary cross-entropy"
    optimizer = "AdamW" if settings.recipe.weight_decay else "Adam"
    return [
        *(row for row in _rows_of(settings) if row[0] not in ("craft", "codes")),
        *_rows_on_codes(settings),
        *_rows_of(settings.recipe),
        ("loss, optimizer", f"{loss} on the logit, {optimizer}"),
    ]


def _rows_on_codes(settings: FitSettings) -> list[tuple[str, str]]:
    codes = settings.codes
    if codes is None:
        return []
    means = zip(codes.classes, codes.patient, strict=True)
    told = " < ".join(f"{code} ({'patient' if sick else 'normal'})" for code, sick in means)
    return [("target", f"label code, {codes.model}"), ("codes, in their order", told)]


def _rows_of(record: FitSettings | Craft) -> list[tuple[str, str]]:
    return [(field.name, str(getattr(record, field.name))) for field in fields(record)]


def model_name(settings: FitSettings) -> str:
    """Return how the card calls the model."""
    if settings.model in BASELINES:
        return settings.model
    preset = f", preset {settings.preset}" if settings.preset else ""
    seeds = f", mean of {settings.seeds} seeds" if settings.seeds else ""
    slices = f", {settings.channels} slices at a time" if settings.channels > 1 else ""
    codes = f", label codes by {settings.codes.model}" if settings.codes else ""
    return f"{settings.model} network{preset}{slices}{codes}{seeds}"
