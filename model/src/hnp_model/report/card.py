"""card.md: what the model is, what it was trained on, how well it does and where it must not go."""

from collections.abc import Iterable

from hnp_model.data.profile import UNITS as QUANTITY_UNITS
from hnp_model.measures.bootstrap import RESAMPLES
from hnp_model.measures.decisions import Decisions
from hnp_model.measures.metrics import METRICS
from hnp_model.measures.refitting import Corrected
from hnp_model.measures.units import PRIMARY_UNIT, UNITS
from hnp_model.report.card_words import (
    CALIBRATION_NOTE,
    DECISIONS_NOTE,
    DISCLAIMER,
    ECE_NOTE,
    INPUTS_NOTE,
    MISSING_NOTE,
    OLD_CALIBRATION_NOTE,
    PICTURES,
    REFERENCE_REPORT,
    REFERRAL_NOTE,
    limits_on,
)
from hnp_model.report.codes import code_rows, code_sentences, confusion_rows
from hnp_model.report.configuration import model_name, setting_rows
from hnp_model.report.decision_words import decision_sentences
from hnp_model.report.figure_rows import (
    TOO_FEW_MEANS,
    Row,
    calibration_rows,
    figure_rows,
    show_figure,
)
from hnp_model.report.findings import Findings
from hnp_model.report.markup import without_markup
from hnp_model.report.sentences import (
    pooling_sentence,
    referral_sentence,
    refits_sentence,
    resample_sentences,
    sentences_on_intervals,
    worst_hospital,
)
from hnp_model.runs.run_folder import CALIBRATION_FILE

SUBGROUP_METRICS = ("auc", "sensitivity", "specificity", "brier")


def render_card(found: Findings) -> str:
    """Return the card as Markdown."""
    sections = {
        "Read first": _bullets(found.remarks or ("Nothing to remark.",)),
        "Data": _data(found),
        f"Inputs, {found.title(found.part)}": _inputs(found),
        "Split": _split(found),
        "Configuration": _configuration(found),
        f"Figures, {found.title(found.part)}": _figures(found),
        **({"Label codes": _codes(found)} if found.codes else {}),
        "Calibration": _calibration(found),
        **({"Acting on it": _decisions(found.decisions)} if found.decisions else {}),
        "Pictures": PICTURES,
        "When inputs are missing": _missing(found),
        "Referral to a reader": _referral(found),
        **({"Pooling of slices": _sentence(pooling_sentence(found))} if found.pooled else {}),
        **({"Optimism on train": _refitted(found.refitted)} if found.refitted else {}),
        "Validation part": _validation(found),
        f"Subgroups (by slice), {found.title(found.part)}": _subgroups(found),
        "The reference report": REFERENCE_REPORT,
        "Limits": _bullets(limits_on(found.config.settings)),
        "Versions": _table([("package", "version"), *sorted(found.config.versions.items())]),
    }
    head = f"# Model card: {model_name(found.config.settings)}\n\n{DISCLAIMER}\n\n"
    head += "Gives the probability that the disc on one axial T2 slice is herniated.\n"
    return head + "".join(f"\n## {title}\n\n{text.rstrip()}\n" for title, text in sections.items())


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
    if found.beside.near_copies:
        leaks += f"; **NEAR COPIES: {found.beside.near_copies}**, see above"
    return f"{text}\nLeakage: {leaks}\n"


def _configuration(found: Findings) -> str:
    settings = found.config.settings
    result = found.config.result
    rows: list[Row] = [("setting", "value")]
    rows += setting_rows(settings)
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
        f"errors; metrics.json has the percentiles of {RESAMPLES:,} resamples of patients too. "
        f"{_sentence(TOO_FEW_MEANS)} The primary unit is "
        f"`{PRIMARY_UNIT}`, one study's disc. Thresholds: largest Youden J on val; `_05` at 0.5. "
        f"{' '.join(map(_sentence, sentences_on_intervals(found.config.settings.seeds)))}\n"
    )
    note += "".join(f"\n{_sentence(each)}\n" for each in resample_sentences(found.asked))
    return _table([*figure_rows(units, METRICS), *counts, *shares, dropped]) + "\n" + note


def _codes(found: Findings) -> str:
    here = found.codes[found.part]
    told = "".join(f"{_sentence(each)}\n" for each in code_sentences(here))
    if not here.units:
        return told
    return f"{_table(code_rows(here))}\n{_table(confusion_rows(here))}\n{told}"


def _calibration(found: Findings) -> str:
    if found.calibration is None:
        return f"Not told for part {found.part}: the fit has used it."
    note = CALIBRATION_NOTE if CALIBRATION_FILE in found.digests else OLD_CALIBRATION_NOTE
    return f"{_table(calibration_rows(found.calibration))}\n{note} {ECE_NOTE}"


def _decisions(decisions: Decisions) -> str:
    return f"{_bullets(map(_sentence, decision_sentences(decisions)))}\n{DECISIONS_NOTE}"


def _inputs(found: Findings) -> str:
    beside = found.beside
    if beside.inputs is None:
        return "Not known: a run of an older version does not say what train was like."
    rows: list[Row] = [
        ("", "missing here", "missing in train", "range of train", "outside it here")
    ]
    for name, one in beside.inputs.by_name.items():
        ends = "-" if one.low is None else f"{one.low:.4g} to {one.high:.4g} {QUANTITY_UNITS[name]}"
        outside = "-" if one.outside is None else f"{100 * one.outside:.1f} %"
        shares = (f"{100 * share:.1f} %" for share in (one.missing, one.missing_in_train))
        rows.append((name, *shares, ends, outside))
    near = "not looked for" if beside.near_copies is None else str(len(beside.near_copies))
    return f"{_table(rows)}\n{INPUTS_NOTE}\n\nNear copies of what the fit has used: {near}.\n"


def _missing(found: Findings) -> str:
    if found.without is None:
        return "Not told: left out (--skip-missing-inputs)."
    rows: list[Row] = [("missing", "AUC by disc")]
    rows += [(name, show_figure(figure)) for name, figure in found.without.items()]
    return f"{_table(rows)}\n{MISSING_NOTE}\n"


def _referral(found: Findings) -> str:
    if found.referral is None:
        return f"Not told for part {found.part}: the fit has used it."
    return f"{_sentence(referral_sentence(found.referral))} {REFERRAL_NOTE}"


def _refitted(refitted: Corrected) -> str:
    return (
        f"{_sentence(refits_sentence(refitted))} Harrell's bootstrap leaves "
        f"{refitted.harrell:.3f}, which is too much where a model knows patients by heart. The "
        "number of trees, where there are trees, is that of the run."
    )


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
            shown = (
                show_figure(figures.figure(name), too_few=figures.too_few)
                for name in SUBGROUP_METRICS
            )
            counts = (str(figures.n_patients), str(figures.n_slices), f"{figures.prevalence:.3f}")
            rows.append((dimension, group, *counts, *shown))
    return f"{_sentence(worst_hospital(found.asked))}\n\n{_table(rows)}"


def _sentence(text: str) -> str:
    return without_markup(f"{text[0].upper()}{text[1:]}.")


def _bullets(lines: Iterable[str]) -> str:
    return "".join(f"- {without_markup(line)}\n" for line in lines)


def _table(rows: list[Row]) -> str:
    plain = ([without_markup(cell).replace("|", "/") for cell in row] for row in rows)
    lines = ["| " + " | ".join(cells) + " |" for cells in plain]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines) + "\n"
