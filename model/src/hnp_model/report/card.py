"""card.md: what the model is, what it was trained on, how well it does and where it must not go."""

from collections.abc import Iterable, Mapping

from hnp_model.measures.bootstrap import MIN_PATIENTS, RESAMPLES, Figure
from hnp_model.measures.figures import UnitFigures
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.units import PRIMARY_UNIT, UNITS
from hnp_model.report.findings import Findings
from hnp_model.report.sentences import referral_sentence, sentences_on_intervals, worst_hospital
from hnp_model.runs.run_folder import RELIABILITY_FILE, ROC_FILE

SUBGROUP_METRICS = ("auc", "sensitivity", "specificity", "brier")
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

REFERRAL_NOTE = (
    "A patient is referred whose prediction set (split-conformal, by class, on the calibrated "
    "probability; maximum over discs) is no single class. The error level is a promise about each "
    "class as a whole, not about those who are not referred, and holds for patients like those of "
    "val only, on which the weights were chosen too. In brackets: patients, and Wilson's 95 % "
    "interval."
)

PICTURES = (
    f"![ROC curves of the three units]({ROC_FILE})\n\n"
    f"![Reliability, as predicted and calibrated, of the three units]({RELIABILITY_FILE})"
)

Row = tuple[str, ...]


def render_card(found: Findings) -> str:
    """Return the card as Markdown."""
    sections = {
        "Read first": _bullets(found.remarks or ("Nothing to remark.",)),
        "Data": _data(found),
        "Split": _split(found),
        "Configuration": _configuration(found),
        f"Figures, {found.title(found.part)}": _figures(found),
        "Pictures": PICTURES,
        "Referral to a reader": _referral(found),
        "Validation part": _validation(found),
        f"Subgroups (by slice), {found.title(found.part)}": _subgroups(found),
        "The reference report": REFERENCE_REPORT,
        "Limits": _bullets(LIMITS),
        "Versions": _table([("package", "version"), *sorted(found.config.versions.items())]),
    }
    settings = found.config.settings
    made = f"{settings.model} network" + (f", preset {settings.preset}" if settings.preset else "")
    made += f", mean of {settings.seeds} seeds" if settings.seeds else ""
    head = f"# Model card: {made}\n\n{DISCLAIMER}\n\n"
    head += "Gives the probability that the disc on one axial T2 slice is herniated.\n"
    return head + "".join(f"\n## {title}\n\n{text.rstrip()}\n" for title, text in sections.items())


def show_figure(figure: Figure) -> str:
    """Return a figure with its interval, and with that of other seeds where known, or a dash."""
    if figure.value is None:
        return "-"
    seeds = ""
    if figure.low_seeds is not None and figure.high_seeds is not None:
        seeds = f"; {figure.low_seeds:.3f} to {figure.high_seeds:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f}{seeds})"


def figure_rows(units: Mapping[str, UnitFigures], metrics: Iterable[str]) -> list[Row]:
    """Return a table: one row a metric, one column a unit."""
    rows = [
        (name, *(show_figure(figures.figure(name)) for figures in units.values()))
        for name in metrics
    ]
    return [("metric", *units), *rows]


def _data(found: Findings) -> str:
    trained, judged = found.config.data, found.data
    rows = [
        ("", "trained on", "judged on"),
        ("data set id", trained.dataset_id, judged.dataset_id),
        ("pixels_id", trained.pixels_id, judged.pixels_id),
        ("recipe", trained.recipe, judged.recipe),
        ("codes confirmed", *("yes" if data.confirmed else "NO" for data in (trained, judged))),
    ]
    return _table(rows)


def _split(found: Findings) -> str:
    def rows_of(name: str) -> list[Row]:
        split = found.config.split if name == "trained" else found.split
        if split is None:
            return [("file", "none: the whole data set was judged")]
        return [("file", split.file), ("unit", split.unit), *split.facts.items()]

    text = _table([("fit", ""), *rows_of("trained")])
    if found.split is None or found.split.digest != found.config.split.digest:
        text += "\n" + _table([("evaluation", ""), *rows_of("judged")])
    leaks = (
        "**LEAKS: figures are too good.**" if found.leaks else "no patient or image on two sides"
    )
    return f"{text}\nLeakage: {leaks}\n"


def _configuration(found: Findings) -> str:
    settings = found.config.settings
    result = found.config.result
    rows: list[Row] = [("setting", "value")]
    named = [name for name in settings.__dataclass_fields__ if name != "craft"]
    rows += [(name, str(getattr(settings, name))) for name in named]
    rows += [
        (name, str(getattr(settings.recipe, name))) for name in settings.recipe.__dataclass_fields__
    ]
    optimizer = "AdamW" if settings.recipe.weight_decay else "Adam"
    rows.append(("loss, optimizer", f"binary cross-entropy on the logit, {optimizer}"))
    rows.append(("weights kept", f"best AUC by {PRIMARY_UNIT} on val, then the lower loss"))
    if result:
        best = result.best_epochs or (result.best_epoch,)
        rows.append(("best epoch", ", ".join(map(str, best))))
        rows += [
            (f"threshold, {unit}", f"{value:.4f}") for unit, value in result.thresholds.items()
        ]
        line = result.calibration
        rows.append(
            ("calibration", f"Platt on val: {line.intercept:.4f} + {line.slope:.4f} * logit")
        )
    return _table(rows)


def _figures(found: Findings) -> str:
    units = {str(unit): found.asked.units[unit] for unit in UNITS}
    counts = [
        (name, *(str(getattr(figures, name)) for figures in units.values()))
        for name in ("n_slices", "n_levels", "n_patients", "n_positive")
    ]
    shares = [
        (name, *(f"{getattr(figures, name):.3f}" for figures in units.values()))
        for name in ("prevalence", "threshold")
    ]
    dropped = ("resamples_dropped", *(str(f.estimates.resamples_dropped) for f in units.values()))
    note = (
        "95 % intervals between patients, model and threshold fixed: AUC by Obuchowski's variance, "
        "shares by Wilson's interval with as many rows as patients leave, calibration by clustered "
        f"errors; metrics.json has the percentiles of {RESAMPLES:,} resamples of patients too. A "
        f"dash: under {MIN_PATIENTS} patients in a class, or not defined. The primary unit is "
        f"`{PRIMARY_UNIT}`, one study's disc. Thresholds: largest Youden J on val; `_05` at 0.5. "
        f"{' '.join(map(_sentence, sentences_on_intervals(found.config.settings.seeds)))}\n"
    )
    return _table([*figure_rows(units, METRICS), *counts, *shares, dropped]) + "\n" + note


def _referral(found: Findings) -> str:
    if found.referral is None:
        return f"Not told for part {found.part}: the fit has used it."
    return f"{_sentence(referral_sentence(found.referral))} {REFERRAL_NOTE}"


def _validation(found: Findings) -> str:
    if "val" not in found.figures:
        return "Not judged here."
    units = {str(unit): found.figures["val"].units[unit] for unit in UNITS}
    names = ("auc", "accuracy", "f1", "brier", "calibration_slope")
    chosen = "Thresholds and weights were chosen on it." if "val" in found.training else ""
    return _table(figure_rows(units, names)) + f"\n{found.title('val')}. {chosen}\n"


def _subgroups(found: Findings) -> str:
    rows: list[Row] = [("by", "group", "patients", "slices", "prevalence", *SUBGROUP_METRICS)]
    for dimension, groups in found.asked.by.items():
        for group, figures in groups.items():
            shown = (show_figure(figures.figure(name)) for name in SUBGROUP_METRICS)
            counts = (str(figures.n_patients), str(figures.n_slices), f"{figures.prevalence:.3f}")
            rows.append((dimension, group, *counts, *shown))
    return f"{_sentence(worst_hospital(found.asked))}\n\n{_table(rows)}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _bullets(lines: Iterable[str]) -> str:
    return "".join(f"- {line}\n" for line in lines)


def _table(rows: list[Row]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines) + "\n"
