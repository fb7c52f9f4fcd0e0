"""Which patients a model should leave to a reader: those whose prediction set is no single class.

Split-conformal prediction sets, by class (Mondrian; V. Vovk, Conditional validity of inductive
conformal predictors, 2012): of the patients of each class, at most the error level have their class
left out of their set, as long as they are like those of the validation part. Scores of val come
from epochs that were chosen without the patient: see `fitting.scoring_apart`.
"""

import csv
import io
from dataclasses import asdict, dataclass, replace
from math import ceil

import numpy as np
import numpy.typing as npt

from hnp_model.measures.shares import Share
from hnp_model.measures.units import Scores
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.errors import InputError

REFERRAL_FILE = "referral.csv"
"""Of a run: truth and calibrated probability of each patient of val, without ids."""

COLUMNS = ("is_patient", "probability_calibrated")
"""As the epoch chosen on all of val scores its patients; so wrote earlier versions."""

COLUMNS_APART = ("is_patient", "probability_calibrated_apart")
"""As epochs and lines score them that were settled without them."""


@dataclass(frozen=True, slots=True)
class ValScores:
    """Calibrated scores of val's patients, and whether they were settled without each of them."""

    scores: Scores
    apart: bool = True


@dataclass(frozen=True, slots=True)
class Referral:
    """Who is referred, and how well the model does on the rest.

    Attributes:
        error_level: share of a class that may have its class left out.
        n_val_needed: patients of each class that val needs for this level.
        n_val_negative: patients val has.
        n_val_positive: patients val has.
        apart: whether val was scored by epochs chosen without the patient scored.
        referred: share of all patients; None, as what follows, where val is too small.
        error: share of the patients not referred whose single class is wrong.
        covered_negative: share of the negative patients with their class in their set.
        covered_positive: share of the positive patients with their class in their set.
    """

    error_level: float
    n_val_needed: int
    n_val_negative: int
    n_val_positive: int
    apart: bool = True
    referred: Share | None = None
    error: Share | None = None
    covered_negative: Share | None = None
    covered_positive: Share | None = None

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        plain = asdict(self)
        for name in ("referred", "error", "covered_negative", "covered_positive"):
            share: Share | None = getattr(self, name)
            plain[name] = share.to_plain() if share else None
        return plain


def refer(known: ValScores, asked: Scores, error_level: float) -> Referral:
    """Return who of ``asked`` is referred, judged by how the patients of val scored.

    Args:
        known: calibrated probabilities of val's patients.
        asked: the same of the patients to judge.
        error_level: above 0, below 1.
    """
    val = known.scores
    positives = int(val.truth.sum())
    needed = ceil(1 / error_level) - 1
    referral = Referral(error_level, needed, val.truth.size - positives, positives, known.apart)
    if min(referral.n_val_negative, positives) < needed:
        return referral
    in_set = p_values(val, asked) > error_level  # (patient, class)
    referred = in_set.sum(axis=1) != 1
    covered = in_set[np.arange(asked.truth.size), asked.truth.astype(np.int64)]
    return replace(
        referral,
        referred=Share.of(referred),
        error=Share.of(~covered[~referred]),
        covered_negative=Share.of(covered[~asked.truth]),
        covered_positive=Share.of(covered[asked.truth]),
    )


def p_values(val: Scores, asked: Scores) -> npt.NDArray[np.float64]:
    """Return how usual each patient would be in each class, (patient, [negative, positive]).

    The share of that class's patients of val, and the patient, that are at least as strange.
    """
    columns = []
    for truth in (False, True):
        known = np.sort(_strangeness(val, truth)[val.truth == truth])
        below = np.searchsorted(known, _strangeness(asked, truth), side="left")
        columns.append((known.size - below + 1) / (known.size + 1))
    return np.stack(columns, axis=1)


def write_val_scores(folder: RunFolder, val: Scores, *, apart: bool) -> None:
    """Keep what later evaluations judge by."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS_APART if apart else COLUMNS)
    writer.writerows(zip(val.truth.astype(int).tolist(), val.probability.tolist(), strict=True))
    folder.write(REFERRAL_FILE, text.getvalue().encode())


def read_val_scores(folder: RunFolder) -> ValScores:
    """Return the scores of val's patients; none when the run is of an older version.

    Raises:
        InputError: the file is damaged.
        StorageError: it could not be read.
    """
    if not folder.has(REFERRAL_FILE):
        return ValScores(Scores(np.empty(0), np.empty(0, np.bool_), np.empty(0, np.int64)))
    lines = folder.read(REFERRAL_FILE).decode("utf-8", "replace").splitlines()
    try:
        return _parse_scores(lines)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise InputError(
            f"{REFERRAL_FILE} is damaged or was not written by hnp-train fit"
        ) from error


def _parse_scores(lines: list[str]) -> ValScores:
    rows = list(csv.DictReader(lines))
    apart = bool(rows) and COLUMNS_APART[1] in rows[0]
    truth_column, column = COLUMNS_APART if apart else COLUMNS
    truth = [{"0": False, "1": True}[row[truth_column]] for row in rows]
    probability = np.array([float(row[column]) for row in rows])
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("a probability lies between 0 and 1")
    scores = Scores(probability, np.array(truth, dtype=np.bool_), np.arange(len(rows)))
    return ValScores(scores, apart)


def _strangeness(scores: Scores, truth: bool) -> npt.NDArray[np.float64]:
    """Return 1 - the probability of the class, (patient,)."""
    return 1.0 - scores.probability if truth else scores.probability
