"""Shortcuts: what tells the label without showing the disc, beyond disc, age, sex and canal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from hnp_model.audit.added import Adding, gain
from hnp_model.audit.baseline import basis_of, design_of, left_by, logits_by_others
from hnp_model.audit.crossfit import Ridge, deal_folds, predict, prepare, standardised
from hnp_model.audit.discs import Discs, Numbers
from hnp_model.audit.hospitals import Hospital, judge_hospitals
from hnp_model.audit.looks import Look, look
from hnp_model.audit.unseen import Ground, most_unseen
from hnp_model.audit.views import DISC, SUSPECTS
from hnp_model.data.slices import Slices
from hnp_model.measures.area_interval import area_interval
from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure, fewest_patients
from hnp_model.measures.metrics import area_under_curve
from hnp_model.measures.units import Scores

LUCK = 0.01
"""Corrected p below which a suspect is a finding: a finding stops whoever audits with exit code 3,
which luck should do once in a hundred audits."""

LEAST_GAIN = 0.01
"""A suspect that adds less area than this is none: with thousands of patients the least difference
between hospitals is no luck, and hospitals differ a little in whom they see."""

UNKNOWN_FIGURE = Figure(None, None, None)


@dataclass(frozen=True, slots=True)
class Suspect:
    """What one suspect tells.

    Attributes:
        name: of `views.SUSPECTS`, or the disc itself.
        auc: by disc, of a model that sees it alone.
        adds: area by disc that it adds to the baseline; the upper end is what it could add at most.
        p: how often luck tells as much beyond the baseline; None where it was not asked.
        p_corrected: how often the luckiest of all suspects does.
    """

    name: str
    auc: Figure
    adds: Figure
    p: float | None
    p_corrected: float | None

    @property
    def is_finding(self) -> bool:
        """Whether it tells the label, and disc, age, sex and canal do not say why."""
        told = self.p_corrected is not None and self.p_corrected < LUCK
        return told and (self.adds.value or 0.0) >= LEAST_GAIN

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {**asdict(self), "at_most": self.adds.high, "finding": self.is_finding}


@dataclass(frozen=True, slots=True)
class Shortcuts:
    """How well simple models do, each judged on people it has not seen.

    Attributes:
        baseline: AUC by disc of disc, age, sex and canal.
        suspects: what should tell nothing beyond it.
        disc: the place of the disc in the picture, which should.
        hospitals: how well the others' models do in each.
        run: area by disc that a fitted run has more than the baseline; None without a run.
    """

    baseline: Figure
    suspects: tuple[Suspect, ...]
    disc: Suspect
    hospitals: tuple[Hospital, ...]
    run: Figure | None = None

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong."""
        suspects = tuple(
            f"{one.name} tells the label beyond disc, age, sex and canal: AUC by disc "
            f"{one.auc.value:.3f}, adds {one.adds.value:+.3f} ({one.adds.low:+.3f} to "
            f"{one.adds.high:+.3f}), corrected p {one.p_corrected:.3f}"
            for one in self.suspects
            if one.is_finding
        )
        hospitals = tuple(
            f"{one.name}: AUC by disc {one.auc.value:.3f} by models of the others, {one.what}"
            for one in self.hospitals
            if one.what
        )
        return suspects + hospitals

    @property
    def luck(self) -> float:
        """Corrected p below which a suspect is a finding."""
        return LUCK

    @property
    def unjudged(self) -> bool:
        """Whether there are too few patients to tell."""
        return self.baseline.value is None

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return {
            "baseline": asdict(self.baseline),
            "suspects": {one.name: one.to_plain() for one in self.suspects},
            "disc": self.disc.to_plain(),
            "hospitals": [one.to_plain() for one in self.hospitals],
            "run": asdict(self.run) if self.run else None,
        }


def find_shortcuts(
    slices: Slices, discs: Discs, views: Mapping[str, Numbers], run: Numbers | None = None
) -> Shortcuts:
    """Look at all suspects, people held out of what judges them.

    Args:
        slices: all of the data set.
        discs: those they show.
        views: what each suspect sees, and the disc, as `views.gather_views` returns it.
        run: (slice,), what a fitted run says; NaN of slices that it does not judge.
    """
    enough = not (discs.truth.all() or not discs.truth.any())
    if not enough or fewest_patients(discs.scores(np.zeros(len(discs)))) < MIN_PATIENTS:
        return _unjudged()
    fold = deal_folds(discs.person)
    design = design_of(discs, slices)
    base = logits_by_others(design, discs.truth, fold)
    ground = Ground(discs, basis_of(design), left_by(design, discs.truth), base)
    ridges = {name: prepare(views[name], fold) for name in (*SUSPECTS, DISC)}
    looks = look({name: ridges[name] for name in SUSPECTS}, discs, ground.basis, ground.left)
    adding = Adding(discs, base)
    looks |= look({DISC: ridges[DISC]}, discs, ground.basis, ground.left)

    def judged(name: str) -> Suspect:
        return _suspect(name, ground, adding, views[name], ridges[name], looks[name])

    return Shortcuts(
        baseline=_area(discs.scores(base)),
        suspects=tuple(map(judged, SUSPECTS)),
        disc=judged(DISC),
        hospitals=judge_hospitals(discs, np.hstack([standardised(design), views[DISC]])),
        run=None if run is None else gain(discs, base, discs.mean(run[:, None])[:, 0]),
    )


def _suspect(
    name: str, ground: Ground, adding: Adding, view: Numbers, ridges: tuple[Ridge, ...], told: Look
) -> Suspect:
    if not view.shape[1]:
        return Suspect(name, UNKNOWN_FIGURE, UNKNOWN_FIGURE, None, None)
    discs = ground.discs
    centred = discs.truth - discs.truth.mean()
    alone = predict(ridges, centred[:, None])[told.strength, :, 0]
    adds = adding.by(told.told[:, told.strength])
    if name != DISC and told.p_corrected >= LUCK:
        most = most_unseen(ground, view, ridges, told.told)
        adds = replace(adds, high=max(adds.high or 0.0, most))
    return Suspect(name, _area(discs.scores(alone)), adds, told.p, told.p_corrected)


def _area(scores: Scores) -> Figure:
    return Figure(area_under_curve(scores), *area_interval(scores))


def _unjudged() -> Shortcuts:
    def unknown(name: str) -> Suspect:
        return Suspect(name, UNKNOWN_FIGURE, UNKNOWN_FIGURE, None, None)

    return Shortcuts(UNKNOWN_FIGURE, tuple(map(unknown, SUSPECTS)), unknown(DISC), ())
