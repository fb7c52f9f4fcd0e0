"""The study of a search, in SQLite: which trials there are, and which of them nobody works at.

Several processes may work at one study. What they decide together (who does which trial) they
decide one at a time, under a lock on the study; who works at a trial holds the lock on its folder,
which the system gives back when a process dies. A trial that is RUNNING while its folder is free
was killed: its parameters are given to a new trial, which goes on in the old one's folder. Optuna's
own heartbeat tells the dead by the clock, and fails a trial whose machine was asleep.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.exceptions import OptunaError
from optuna.samplers import TPESampler
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from hnp_model.runs.run_folder import hold
from hnp_model.search.space import dimensions_of, draw, settings_with
from hnp_model.settings.fit import LARGEST_SEED, FitSettings
from hnp_model.settings.tune import TuneSettings
from hnp_shared.errors import InputError, OutputError, StorageError
from hnp_shared.storage import make_folder

STUDY_FILE = "study.sqlite"
_LOCK_FILE = "study.lock"
_TRIALS_FOLDER = "trials"
_ROLE = "the folder of the study"
_CONTINUES = "continues"
_ASKED = "asked"
FAILURE = "failure"
"""Attribute of a failed trial: why."""
_ENDED = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)


@dataclass(frozen=True, slots=True)
class Turn:
    """A trial that this process works at.

    Attributes:
        trial: what optuna knows of it.
        settings: of its fit.
        run: folder of its fit.
    """

    trial: Trial
    settings: FitSettings
    run: Path


@dataclass(frozen=True, slots=True)
class SharedStudy:
    """A study that lies in a folder, and what is wanted of it.

    Attributes:
        folder: of the study and its trials.
        storage: the study's, open.
        base: settings that all trials share but for what is searched.
        tune: what is searched, and how long.
    """

    folder: Path
    storage: RDBStorage
    base: FitSettings
    tune: TuneSettings

    def load(self, sampler_seed: int = 0) -> optuna.Study:
        """Return the study as it stands now, begun where there is none."""
        return optuna.create_study(
            storage=self.storage,
            study_name="hnp-tune",
            load_if_exists=True,
            direction="maximize",
            sampler=TPESampler(seed=sampler_seed, n_startup_trials=self.tune.startup_trials),
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=self.tune.startup_trials, n_warmup_steps=self.tune.warmup_epochs
            ),
        )

    @contextlib.contextmanager
    def turn(self) -> Iterator[Turn | None]:
        """Take a trial and hold it; None when as many as wanted are done or held by others."""
        with contextlib.ExitStack() as held:
            with self.alone():
                self._free_killed()
                taken = self._take(held) if self._wants_more() else None
            yield taken

    def tell(self, turn: Turn, state: TrialState, value: float | None = None) -> None:
        """Note how a trial ended; of all that have ended, only the best keeps its folder."""
        with self.alone():
            study = self.load()
            study.tell(turn.trial.number, value, state=state)
            best = best_of(study)
            for root, last in _by_root(study).items():
                if last.state in _ENDED and (best is None or root != root_of(best)):
                    shutil.rmtree(self.run_of(root), ignore_errors=True)

    def fail(self, turn: Turn, why: str) -> None:
        """Note that a trial failed by itself; it is not tried again."""
        turn.trial.set_user_attr(FAILURE, why)
        self.tell(turn, TrialState.FAIL)

    def failures_so_far(self) -> int:
        """Return how many trials have failed by themselves; 0 once one has not."""
        trials = self.load().get_trials(deepcopy=False)
        if any(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials):
            return 0
        return sum(FAILURE in trial.user_attrs for trial in trials)

    def settings_of(self, trial: FrozenTrial) -> FitSettings:
        """Return the settings that a trial's fit has."""
        return self._settings(trial.params, root_of(trial))

    def run_of(self, root: int) -> Path:
        """Return the folder of the trials that go back to the trial ``root``."""
        return self.folder / _TRIALS_FOLDER / f"{root:04}"

    def _take(self, held: contextlib.ExitStack) -> Turn:
        # Equal seeds draw equal parameters, elsewhere as after a resume: a sampler for each trial.
        number = len(self.load().get_trials(deepcopy=False))
        trial = self.load(derived_seed(self.base.seed, number)).ask()
        draw(trial, self.base, self.tune.search or dimensions_of(self.base))
        root = int(trial.user_attrs.get(_CONTINUES, trial.number))
        run = self.run_of(root)
        held.enter_context(hold(_guard_of(run), role="the folder of a trial"))
        return Turn(trial, self._settings(trial.params, root), run)

    def _settings(self, drawn: Mapping[str, Any], root: int) -> FitSettings:
        return settings_with(self.base, drawn, derived_seed(self.base.seed, root))

    def _wants_more(self) -> bool:
        last = _by_root(self.load()).values()
        waiting = any(trial.state == TrialState.WAITING for trial in last)
        return waiting or len(last) < self.tune.trials

    def _free_killed(self) -> None:
        study = self.load()
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if _is_held(self.run_of(root_of(trial))):
                continue
            study.tell(trial.number, state=TrialState.FAIL)
            study.enqueue_trial(trial.params, user_attrs={_CONTINUES: root_of(trial)})

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process decides anything about the study."""
        try:
            descriptor = os.open(self.folder / _LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise StorageError.of("the lock on the study", error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        except SQLAlchemyError as error:
            raise StorageError(STUDY_FILE, "it could not be read or written") from error
        finally:
            os.close(descriptor)  # also ends the lock


def open_study(folder: Path, asked: str, base: FitSettings, tune: TuneSettings) -> SharedStudy:
    """Return the study in ``folder``, made where there is none.

    Args:
        folder: of the study and its trials.
        asked: what every process that works at it is asked, in one text.
        base: settings that all trials share but for what is searched.
        tune: what is searched, and how long.

    Raises:
        InputError: the study file is none.
        OutputError: the study was asked something else.
        StorageError: a read or write failed.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    make_folder(folder, role=_ROLE)
    make_folder(folder / _TRIALS_FOLDER, role=_ROLE)
    study = SharedStudy(folder, _open_storage(folder), base, tune)
    with study.alone():  # before anybody else has it
        held = study.load().user_attrs.setdefault(_ASKED, asked)
        if held != asked:
            raise OutputError(
                f"the folder holds a study of something else ({held}), asked {asked}; expected "
                "the flags it was begun with, or another folder"
            )
        study.load().set_user_attr(_ASKED, asked)
    return study


def derived_seed(seed: int, number: int) -> int:
    """Return the seed of the trial ``number``: alike on every machine, unlike any other trial's."""
    digest = hashlib.sha256(f"{seed} {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % (LARGEST_SEED + 1)


def best_of(study: optuna.Study) -> FrozenTrial | None:
    """Return the best trial that ran to its end, the earlier of equals; None where none did."""
    done = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(done, key=lambda trial: (trial.value or 0.0, -trial.number), default=None)


def root_of(trial: FrozenTrial) -> int:
    """Return the number of the trial that this one goes on with: its own, where it began anew."""
    return int(trial.user_attrs.get(_CONTINUES, trial.number))


def _by_root(study: optuna.Study) -> dict[int, FrozenTrial]:
    """Return the last trial of each that was begun; what was killed and goes on is one."""
    return {root_of(trial): trial for trial in study.get_trials(deepcopy=False)}


def _guard_of(run: Path) -> Path:
    """Return the folder whose lock says that somebody works at a trial; the fit locks the run."""
    return run.with_name(f"{run.name}.held")


def _is_held(run: Path) -> bool:
    if not _guard_of(run).exists():
        return False
    try:
        with hold(_guard_of(run)):
            return False
    except OutputError:
        return True


def _open_storage(folder: Path) -> RDBStorage:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return RDBStorage(f"sqlite:///{folder / STUDY_FILE}")
    except (SQLAlchemyError, OptunaError, RuntimeError) as error:
        raise InputError(
            f"found a {STUDY_FILE} that cannot be opened, expected the study of hnp-train tune"
        ) from error
