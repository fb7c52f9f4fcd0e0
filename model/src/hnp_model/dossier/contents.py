"""What the page holds, as plain values: figures and small pictures, no id of anybody."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hnp_model.dossier.asked import Asked
from hnp_model.dossier.beside import read_audit, read_crossval, read_suspected_labels
from hnp_model.dossier.checklist import STATES, Beside, filled
from hnp_model.dossier.figures import drawn_of
from hnp_model.dossier.gallery import galleries
from hnp_model.dossier.judged import Judged
from hnp_model.dossier.language import Words
from hnp_model.dossier.plain_words import in_short, verdict_on, warnings_on
from hnp_model.evaluation.comparison import compare
from hnp_model.measures.units import UNITS
from hnp_model.report.card_words import limits_on
from hnp_model.report.configuration import model_name, setting_rows
from hnp_model.report.findings import TRAINING
from hnp_shared.errors import InputError

REFERENCE = {"auc": 0.8279, "accuracy_05": 0.7338, "f1_05": 0.7295}
"""Figures of the reference report, by slice of a split by slice, at a threshold of 0.5."""

REFERENCE_NOTE = (
    "The reference report split its data by slice, so that slices of one person sit on both sides: "
    "it leaks, and its figures cannot be compared with those of a split by patient. They stand "
    "here so that nobody has to look for them."
)

COMPARED = ("differences", "verdict")


def content_of(asked: Asked, runs: Sequence[Judged], words: Words) -> dict[str, Any]:
    """Return the content of the page.

    Raises:
        InputError: what is to stand beside the runs is not about them, or damaged.
        StorageError: a file could not be read.
    """
    names = _names(runs)
    about = str(runs[0].figures["about"]["dataset_id"])
    shown = galleries(asked.explained, runs) if asked.explained else {}
    crossval = _crossval(asked.crossval, about)
    compared = [_compared(asked, names, number) for number in range(1, len(runs))]
    beside = Beside(
        audit=asked.audit is not None,
        explained=0 in shown,
        hospital_out=bool(crossval and crossval["hospital_out"]),
    )
    return {
        "part": asked.part,
        "files": f"{TRAINING}-" if any(map(_is_training, runs)) else "",
        "runs": [
            {
                **_run(words, run, name),
                "number": number,
                "gallery": shown.get(number),
            }
            for number, (run, name) in enumerate(zip(runs, names, strict=True))
        ],
        "compared": compared,
        "verdicts": [
            verdict_on(words, (names[0], one["second"]), one)
            for one in compared
            if "refused" not in one
        ],
        "audit": read_audit(asked.audit, about) if asked.audit else None,
        "crossval": crossval,
        "suspects": read_suspected_labels(asked.suspects) if asked.suspects else None,
        "reference": {"figures": REFERENCE, "note": words.say(REFERENCE_NOTE)},
        "checklist": filled(words, runs[0], beside),
        "states": [words.say(state) for state in STATES],
    }


def _names(runs: Sequence[Judged]) -> list[str]:
    """Return the names of the runs' folders, told apart by letters where there are several.

    They stand in every legend, so that figures on patients of the fit say so wherever they are.
    """
    names = [f"{run.name} ({TRAINING})" if _is_training(run) else run.name for run in runs]
    if len(runs) == 1:
        return names
    return [f"{chr(ord('A') + number)}: {name}" for number, name in enumerate(names)]


def _is_training(run: Judged) -> bool:
    return bool(run.figures["about"].get("training"))


def _run(words: Words, run: Judged, name: str) -> dict[str, Any]:
    figures = run.figures
    optional = ("calibration", "decisions", "referral", "without", "inputs")
    return {
        "name": name,
        "model": model_name(run.config.settings),
        "short": in_short(words, run),
        "warnings": warnings_on(words, run),
        "remarks": list(run.evaluated.remarks),
        "figures": {unit: figures[unit] for unit in UNITS},
        "by": figures["by"],
        **{one: figures.get(one) for one in optional},
        **drawn_of(run),
        "history": [dict(row) for row in run.history],
        "settings": [list(row) for row in setting_rows(run.config.settings)],
        "limits": [words.say(limit) for limit in limits_on(run.config.settings)],
        "ids": _ids(words, run),
        "split": f"{run.config.split.unit}, {run.config.split.facts.get('scheme', '-')}",
        "card": run.card,
    }


def _ids(words: Words, run: Judged) -> list[tuple[str, str | None]]:
    config, about = run.config, run.figures["about"]
    versions = ", ".join(f"{name} {one}" for name, one in sorted(config.versions.items()))
    say = words.say
    return [
        (say("trained on data set"), config.data.dataset_id),
        (say("judged on data set"), about["dataset_id"]),
        (say("part"), run.part),
        (say("pixels"), config.data.pixels_id),
        (say("recipe"), config.data.recipe),
        (say("split"), f"{config.split.file}, {config.split.unit}, {config.split.digest}"),
        (say("weights"), run.evaluated.weights_sha256),
        (say("versions"), versions),
    ]


def _crossval(path: Path | None, about: str) -> dict[str, Any] | None:
    if path is None:
        return None
    found = read_crossval(path)
    return {**found, "elsewhere": found["dataset_id"] != about}


def _compared(asked: Asked, names: Sequence[str], number: int) -> Mapping[str, Any]:
    """Return the paired test of a run against the first; why there is none, where there is none."""
    try:
        found = compare([asked.runs[0]], [asked.runs[number]], asked.part).to_plain()
    except InputError as error:
        return {"second": names[number], "refused": str(error)}
    # As --json prints it: figures of a comparison are records there too.
    plain = json.loads(json.dumps({name: found[name] for name in COMPARED}))
    return {"second": names[number], **plain}
