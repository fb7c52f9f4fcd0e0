"""Trials of a fit, one after the other, until the study has as many as wanted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from optuna.trial import FrozenTrial, TrialState

from hnp_model.fitting.fitting import fit
from hnp_model.runs.history import History
from hnp_model.runs.history import best_of as best_epoch
from hnp_model.search.space import dimensions_of
from hnp_model.search.study import FAILURE, SharedStudy, Turn, best_of, open_study, root_of
from hnp_model.settings.fit import FitSettings
from hnp_model.settings.tune import TuneSettings
from hnp_model.splits.split_facts import describe_split
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_in_dataset
from hnp_shared.splits import read_split
from hnp_shared.storage import replace_file

FORMAT = "hnp-tune 1"
TRIALS_FILE = "trials.json"
_FAILURES = 3
"""So many failed trials before the first that did not are the fault of what all have in common."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial that has ended.

    Attributes:
        number: of the trial.
        state: `complete`, `pruned` (it did worse than half of the others) or `fail`.
        epochs: epochs done.
        val_auc_level: best AUC by disc on val; None where there is none.
        drawn: what was searched, as it was drawn.
        failure: why it failed.
    """

    number: int
    state: str
    epochs: int
    val_auc_level: float | None
    drawn: Mapping[str, float | str]
    failure: str | None


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a search has found so far.

    Attributes:
        tried: all trials that have ended.
        best: number of the best of them; None where none ran to its end.
        settings: of the best.
        run: its run.
    """

    tried: tuple[Tried, ...]
    best: int | None
    settings: FitSettings | None
    run: Path | None

    def to_plain(self) -> dict[str, object]:
        """Return what `--json` prints and trials.json holds."""
        return {
            "format": FORMAT,
            "best": self.best,
            "run": None if self.run is None else self.run.name,
            "settings": None if self.settings is None else _told(self.settings),
            "trials": [asdict(trial) for trial in self.tried],
        }


def tune(out: Path, split_file: Path, folder: Path, base: FitSettings, tune: TuneSettings) -> Tuned:
    """Fit trials until the study in ``folder`` has as many as wanted; other processes may help.

    Only train and val are read: which settings are best is told by the AUC by disc on val.

    Raises:
        InputError: the data set, the split or the settings do not go together, or no trial could
            be fitted.
        OutputError: the folder lies in a data set or holds a study of something else.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(folder)
    dataset = open_dataset(out)
    digest = describe_split(split_file.name, read_split(split_file)).digest
    asked = {
        "dataset_id": dataset.info.dataset_id,
        "split_digest": digest,
        **_told(base),
        "search": list(tune.search or dimensions_of(base)),
    }
    study = open_study(folder, json.dumps(asked, sort_keys=True), base, tune)
    while _one_trial(study, out, split_file):
        pass
    found = _result(study)
    text = json.dumps(found.to_plain(), indent=1, allow_nan=False)
    replace_file(folder / TRIALS_FILE, lambda sink: sink.write(text.encode()), role=TRIALS_FILE)
    return found


def _told(settings: FitSettings) -> dict[str, object]:
    """Return settings as studies from before there was a choice of what is learned hold them."""
    told: dict[str, object] = asdict(settings)
    return told if told["codes"] else {name: told[name] for name in told if name != "codes"}


def _one_trial(study: SharedStudy, out: Path, split_file: Path) -> bool:
    """Do one trial; return whether there was one to do."""
    with study.turn() as turn:
        if turn is None:
            return False
        watch = _Watch(turn)
        try:
            fitted = fit(out, split_file, turn.run, turn.settings, resume=True, watch=watch)
        except InputError as error:  # a loss that is no number, say
            study.fail(turn, str(error))
            if study.failures_so_far() >= _FAILURES:
                raise
            return True
        if watch.pruned:
            study.tell(turn, TrialState.PRUNED)
        else:
            study.tell(turn, TrialState.COMPLETE, best_epoch(fitted.histories[0]).merit[0])
    return True


@dataclass(slots=True)
class _Watch:
    """Tells a study how a fit gets on, and the fit when the study has seen enough.

    Attributes:
        turn: the trial.
        told: epochs that the study knows of.
        pruned: whether the fit was ended early.
    """

    turn: Turn
    told: int = 0
    pruned: bool = False

    def __call__(self, history: History) -> bool:
        for epoch in history[self.told :]:
            self.turn.trial.report(epoch.merit[0], epoch.epoch)
        self.told = len(history)
        self.pruned = self.turn.trial.should_prune()
        return self.pruned


def _result(study: SharedStudy) -> Tuned:
    trials = study.load().get_trials(deepcopy=False)
    best = best_of(study.load())
    tried = tuple(_tried(trial) for trial in trials if trial.state.is_finished())
    if best is None:
        return Tuned(tried, None, None, None)
    return Tuned(tried, best.number, study.settings_of(best), study.run_of(root_of(best)))


def _tried(trial: FrozenTrial) -> Tried:
    return Tried(
        trial.number,
        trial.state.name.lower(),
        len(trial.intermediate_values),
        max(trial.intermediate_values.values(), default=None),
        trial.params,
        trial.user_attrs.get(FAILURE),
    )
