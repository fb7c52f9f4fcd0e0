"""What was found of a model, in words that need no statistics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hnp_model.dossier.judged import Judged
from hnp_model.dossier.language import Words
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.report.findings import TRAINING
from hnp_model.settings.fit import BASELINES

Told = Mapping[str, Any]


def in_short(words: Words, run: Judged) -> list[str]:
    """Return the first screen of a model, a sentence each."""
    return list(_sentences(words, run))


def warnings_on(words: Words, run: Judged) -> list[str]:
    """Return what makes all figures of a model worth less; nothing where nothing does."""
    say, about = words.say, run.figures["about"]
    told = []
    if about.get("leaks"):
        told.append(say("LEAKING: one person or picture sits on both sides; figures are too good."))
    if about.get("training"):
        told.append(
            say("{word}: training has used these patients; figures are too good.", word=TRAINING)
        )
    if not run.config.data.confirmed:
        told.append(
            say("Nobody has confirmed yet what the label codes and units of the data set mean.")
        )
    return told


def _sentences(words: Words, run: Judged) -> Iterator[str]:
    say, figures = words.say, run.figures
    yield _looks_at(words, run)
    disc, hospitals = figures[PRIMARY_UNIT], figures["by"]["hospital"]
    yield say(
        "Judged on {patients} patients with {discs} discs, {positive} of them herniated by their "
        "label; from {hospitals}.",
        patients=f"{disc['n_patients']:,}",
        discs=f"{disc['n_levels']:,}",
        positive=f"{disc['n_positive']:,}",
        hospitals=", ".join(hospitals),
    )
    yield from _finding(words, disc)
    yield from _trusting(words, figures)
    yield _worst(words, hospitals)
    yield from _leaving(words, figures.get("referral"))
    yield say(
        "A second opinion for research and teaching: it decides nothing about a patient, and has "
        "been tried on no others than these."
    )


def _looks_at(words: Words, run: Judged) -> str:
    settings, say = run.config.settings, words.say
    *others, last = (say(name) for name in _inputs(run))
    beside = say("{some} and {last}", some=", ".join(others), last=last) if others else last
    if settings.model in BASELINES:
        return say(
            "A baseline without a picture: from {inputs} alone it gives the probability that the "
            "disc is herniated.",
            inputs=beside,
        )
    if settings.inputs == "image":
        return say(
            "It looks at an axial T2 picture of the lumbar spine, and gives the probability that "
            "the disc on it is herniated."
        )
    if settings.inputs == "tabular":
        return say(
            "It looks at no picture: from {inputs} it gives the probability that the disc is "
            "herniated.",
            inputs=beside,
        )
    return say(
        "It looks at an axial T2 picture of the lumbar spine, knows {inputs} besides, and gives "
        "the probability that the disc on it is herniated.",
        inputs=beside,
    )


INPUTS: Mapping[str, str] = {
    "age": "age",
    "sex": "sex",
    "canal_width_mm": "canal width",
    "level": "which disc it is",
}
"""Tabular inputs -> how people call them."""


VERDICTS: Mapping[str, str] = {
    "tie": "{second} against {first}: no difference shown; AUC by disc {value} ({low} to {high}), "
    "which holds 0.",
    "win": "{second} is better than {first}: AUC by disc {value} ({low} to {high}).",
    "loss": "{second} is worse than {first}: AUC by disc {value} ({low} to {high}).",
}
"""What `compare` finds of the second -> how it is said."""


def _inputs(run: Judged) -> list[str]:
    return [INPUTS.get(name, name) for name in run.config.features]


def _finding(words: Words, disc: Told) -> Iterator[str]:
    say = words.say
    if disc["auc"]["value"] is None:
        yield say(
            "Too few patients to say how well it does: under 10 with, or without, a herniated disc."
        )
        return
    yield say(
        "Of 100 herniated discs it finds {found}; of 100 others it calls {alarms} herniated, "
        "wrongly.",
        found=_hundred(words, disc["sensitivity"]),
        alarms=_hundred(words, disc["specificity"], turned=True),
    )
    if disc["ppv"]["value"] is not None:
        yield say(
            "When it calls a disc herniated it is right {right} times in 100; here {share} of 100 "
            "discs are herniated, and where fewer are it is right less often.",
            right=_hundred(words, disc["ppv"]),
            share=f"{100 * disc['prevalence']:.0f}",
        )
    yield say(
        "Shown a herniated disc and another one, it gives the herniated one the higher probability "
        "{right} times in 100; guessing does so 50 times.",
        right=_hundred(words, disc["auc"]),
    )


def _hundred(words: Words, figure: Told, *, turned: bool = False) -> str:
    """Return how many of 100, with the interval."""
    value, low, high = (figure[end] for end in ("value", "low", "high"))
    if value is None:
        return words.say("an unknown number")
    if turned:
        value, low, high = (None if end is None else 1 - end for end in (value, high, low))
    if low is None or high is None:
        return f"{100 * value:.0f}"
    return words.say(
        "{value} ({low} to {high})",
        value=f"{100 * value:.0f}",
        low=f"{100 * low:.0f}",
        high=f"{100 * high:.0f}",
    )


def _trusting(words: Words, figures: Told) -> Iterator[str]:
    say = words.say
    slope = ((figures.get("calibration") or {}).get(PRIMARY_UNIT) or {}).get("after", {})
    told = slope.get("calibration_slope")
    if not told or told["value"] is None or told["low"] is None or told["high"] is None:
        return
    values = {name: f"{told[name]:.2f}" for name in ("value", "low", "high")}
    if told["low"] <= 1 <= told["high"]:
        yield say(
            "Its calibrated probabilities fit how often discs are herniated, as far as so many "
            "patients tell (slope {value}, {low} to {high}; 1 is right).",
            **values,
        )
    elif told["high"] < 1:
        yield say(
            "Its probabilities are too extreme, even calibrated: do not take them at their word "
            "(slope {value}, {low} to {high}; 1 is right).",
            **values,
        )
    else:
        yield say(
            "Its probabilities are too cautious, even calibrated: what it calls likely is likelier "
            "still (slope {value}, {low} to {high}; 1 is right).",
            **values,
        )


def _worst(words: Words, hospitals: Told) -> str:
    known = {
        name: told["auc"] for name, told in hospitals.items() if told["auc"]["value"] is not None
    }
    if len(known) < 2:
        return words.say(
            "Whether it does worse in some hospital is not known: {known} of {hospitals} have "
            "enough patients.",
            known=len(known),
            hospitals=len(hospitals),
        )
    name = min(known, key=lambda each: float(known[each]["value"]))
    return words.say(
        "It does worst in {name}: AUC by slice {value} ({low} to {high}); {known} of {hospitals} "
        "hospitals have enough patients to tell.",
        name=name,
        **{end: f"{known[name][end]:.2f}" for end in ("value", "low", "high")},
        known=len(known),
        hospitals=len(hospitals),
    )


def _leaving(words: Words, referral: Told | None) -> Iterator[str]:
    if not referral or not referral.get("referred") or referral["referred"]["value"] is None:
        return
    error = referral["error"]
    if not error or error["value"] is None:
        return
    yield words.say(
        'If it may say "I do not know", it leaves {referred} of 100 patients to a reader, and is '
        "wrong about {error} of 100 others.",
        referred=_hundred(words, referral["referred"]),
        error=_hundred(words, error),
    )


def verdict_on(words: Words, names: Sequence[str], compared: Told) -> str:
    """Return what a paired test says of two models.

    Args:
        words: of the page.
        names: of both.
        compared: as `Comparison.to_plain` has it.
    """
    one = compared["differences"][PRIMARY_UNIT]["auc"]["difference"]
    values = {"first": names[0], "second": names[1]}
    if compared["verdict"] is None:
        return words.say("{first} and {second}: too few patients to compare.", **values)
    told = {end: f"{one[end]:+.3f}" for end in ("value", "low", "high")}
    return words.say(VERDICTS[compared["verdict"]], **values, **told)
