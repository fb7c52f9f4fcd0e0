"""Which items of the checklists the files of a model answer, and which nothing here does."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hnp_model.dossier.checklist_items import ITEMS
from hnp_model.dossier.judged import Judged
from hnp_model.dossier.language import Words
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.report.configuration import model_name
from hnp_model.settings.fit import BASELINES


class Fact(NamedTuple):
    """What files say of something.

    Attributes:
        text: where it stands, or what it is.
        whole: whether it answers all that is asked; else the user has to add to it.
    """

    text: str
    whole: bool = True


class Beside(NamedTuple):
    """What else is on the page: it answers items too."""

    audit: bool = False
    explained: bool = False
    hospital_out: bool = False


STATES = ("reported", "partly", "not reported")


def filled(words: Words, run: Judged, beside: Beside) -> list[list[str]]:
    """Return both checklists: form, number, what is asked, state, and what the files say."""
    facts = facts_of(words, run, beside)
    rows = []
    for item in ITEMS:
        fact = facts.get(item.fact)
        state = "not reported" if fact is None else "reported" if fact.whole else "partly"
        text = fact.text if fact else words.say("to be written by who publishes")
        rows.append([item.form, item.number, words.say(item.asks), words.say(state), text])
    return rows


def facts_of(words: Words, run: Judged, beside: Beside) -> Mapping[str, Fact]:
    """Return what a model's files say, by the names of `checklist_items`."""
    return {
        **_on_aim(words, run),
        **_on_data(words, run),
        **_on_people(words, run),
        **_on_model(words, run),
        **_on_training(words, run),
        **_on_judging(words, run, beside),
        **_on_use(words, run),
    }


def _on_aim(words: Words, run: Judged) -> dict[str, Fact]:
    say = words.say
    aim = say(
        "evaluation of a model on other data than it was developed on"
        if run.is_elsewhere
        else "development of a model and its internal evaluation"
    )
    return {
        "aim": Fact(
            say("{aim}; outcome: herniated lumbar disc on an axial T2 slice", aim=aim), whole=False
        ),
        "abstract": Fact(say("first screen of this page, in plain words"), whole=False),
        "use": Fact(say("research and teaching, as a second opinion; not for diagnosis"), False),
        "design": Fact(say("retrospective: of studies that exist"), whole=False),
        "interpretation": Fact(say("first screen of this page, and its comparisons"), whole=False),
    }


def _on_data(words: Words, run: Judged) -> dict[str, Fact]:
    say, data = words.say, run.config.data
    codes = ", ".join(f"{code} = {means}" for code, means in (data.label_codes or {}).items())
    hospitals = ", ".join(run.config.profile.hospitals) if run.config.profile else "?"
    confirmed = say("confirmed by a person" if data.confirmed else "not confirmed by anybody")
    return {
        "sources": Fact(
            say(
                "data set {id}, recipe {recipe}; judged on {judged}",
                id=data.dataset_id,
                recipe=data.recipe,
                judged=run.figures["about"]["dataset_id"],
            ),
            whole=False,
        ),
        "centres": Fact(say("hospitals of train: {hospitals}", hospitals=hospitals), False),
        "eligible": Fact(
            say("the recipe, and the flow from files to slices, of `hnp-etl report`"), False
        ),
        "preparation": Fact(
            say("the recipe of the data set (pixels {id}); ledger of every file", id=data.pixels_id)
        ),
        "deidentified": Fact(say("keyed pseudonyms; no value of an identifying header is kept")),
        "acquisition": Fact(say("columns of the manifest; `hnp-etl report` draws them"), False),
        "outcome": Fact(
            say(
                "label codes {codes}; {confirmed}",
                codes=codes or "?",
                confirmed=confirmed,
            ),
            whole=data.confirmed and bool(codes),
        ),
        "flow": Fact(
            say("`hnp-etl report` has the flow; counts by part stand on this page"), False
        ),
    }


def _on_people(words: Words, run: Judged) -> dict[str, Fact]:
    say, disc = words.say, run.figures[PRIMARY_UNIT]
    train = run.config.profile.patients if run.config.profile else "?"
    counts = say(
        "train {train} patients; {part} {patients} patients, {discs} discs, {positive} herniated",
        train=train,
        part=run.part,
        patients=disc["n_patients"],
        discs=disc["n_levels"],
        positive=disc["n_positive"],
    )
    return {
        "size": Fact(say("{counts}; why so many is not told", counts=counts), whole=False),
        "events": Fact(counts, whole=run.val_figures is not None),
        "people": Fact(say("subgroups by sex, age band, hospital and maker, with counts"), False),
        "missing": Fact(
            say("shares missing here and in train, and the AUC with each input taken away"),
            whole=bool(run.figures.get("inputs")),
        ),
    }


def _on_model(words: Words, run: Judged) -> dict[str, Fact]:
    say, settings = words.say, run.config.settings
    network = settings.model not in BASELINES
    seeds = settings.seeds
    return {
        "model": Fact(
            say(
                "{name}; pictures of {rows} x {columns}",
                name=model_name(settings),
                rows=run.config.image_size[0],
                columns=run.config.image_size[1],
            )
            if network
            else model_name(settings)
        ),
        "software": Fact(", ".join(f"{name} {one}" for name, one in run.config.versions.items())),
        "start": Fact(say("at random, seed {seed}; of no other training", seed=settings.seed)),
        "ensemble": Fact(
            say("mean of {count} seeds", count=seeds) if seeds else say("none: one training")
        ),
        "inputs": Fact(say("inputs: {names}", names=", ".join(run.config.features)), whole=False),
        "transformed": Fact(say("standardised on train; what is missing stands at its mean")),
        "object": Fact(
            say("weights {sha}, in the run's folder", sha=run.evaluated.weights_sha256[:16])
        ),
        "computed": Fact(say("`hnp-train predict`, from the weights and the run's config.json")),
        "code": Fact(say("hnp-model under Apache-2.0; weights and data: not told"), whole=False),
    }


def _on_training(words: Words, run: Judged) -> dict[str, Fact]:
    say, config = words.say, run.config
    split, facts = config.split, config.split.facts
    disjoint = (
        say("LEAKS: a person or a picture is in two parts")
        if run.figures["about"].get("leaks")
        else say("divided by {unit}; no person and no picture is in two parts", unit=split.unit)
    )
    return {
        "partition": Fact(
            say(
                "split {file}: scheme {scheme}, by {unit}, ratios {ratios}, seed {seed}",
                file=split.file,
                unit=split.unit,
                **{name: facts.get(name, "-") for name in ("scheme", "ratios", "seed")},
            )
        ),
        "disjoint": Fact(disjoint),
        "training": Fact(say("settings, every one, in How it was made; curves of the training")),
        "selection": Fact(say("best AUC by disc on val, then the lower loss")),
        "imbalance": Fact(
            say("balance of the training: {how}", how=config.settings.recipe.balance)
        ),
        "output": Fact(
            say("a probability; thresholds with the largest Youden J on val, one a unit")
        ),
        "recalibration": Fact(
            say("Platt or isotonic, chosen on val; before and after stand side by side")
            if run.figures.get("calibration")
            else say("none on this part"),
            whole=bool(run.figures.get("calibration")),
        ),
    }


def _on_judging(words: Words, run: Judged, beside: Beside) -> dict[str, Fact]:
    say = words.say
    found = {
        "measures": Fact(
            say(
                "ROC, precision and recall, calibration, counts, net benefit; by slice, disc, "
                "patient"
            )
        ),
        "intervals": Fact(say("95 % between patients; paired tests where two models are compared")),
        "internal": Fact(
            say("part {part}, which training has not used", part=run.part),
            whole=not run.figures["about"].get("training"),
        ),
        "performance": Fact(say("figures with intervals; forest of subgroups")),
        "clusters": Fact(
            say("AUC of each hospital; each one left out of the training")
            if beside.hospital_out
            else say("AUC of each hospital; none was left out of the training"),
            whole=beside.hospital_out,
        ),
        "fairness": Fact(say("figures by sex and age band; nothing was done about them"), False),
        "differences": Fact(say("inputs here beside those of train; near copies")),
        "robust": Fact(
            say("each input taken away; suspects of the audit")
            if beside.audit
            else say("each input taken away"),
            whole=beside.audit,
        ),
        "failures": Fact(
            say("counts at any threshold; misses and false alarms shown")
            if beside.explained
            else say("counts at any threshold; no cases shown"),
            whole=beside.explained,
        ),
    }
    if run.is_elsewhere:
        found["external"] = Fact(say("judged on another data set than it was trained on"))
    elif beside.hospital_out:
        found["external"] = Fact(say("each hospital left out in turn, of one data set"), False)
    if beside.explained:
        found["explained"] = Fact(
            say("Integrated Gradients and Grad-CAM, tested on random weights")
        )
    return found


def _on_use(words: Words, run: Judged) -> dict[str, Fact]:
    say = words.say
    poor: dict[str, Any] = run.figures.get("without") or {}
    return {
        "limits": Fact(say("Limits, at the end of this page; remarks of the evaluation"), False),
        "poor": Fact(
            say("AUC with each input missing; data without one altogether are refused"),
            whole=bool(poor),
        ),
    }
