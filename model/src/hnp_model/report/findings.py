"""What an evaluation found, as every report of it is given."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.calibrated_figures import CalibratedFigures
from hnp_model.measures.decisions import Decisions
from hnp_model.measures.figures import PartFigures
from hnp_model.measures.refitting import Corrected
from hnp_model.measures.units import UnitName
from hnp_model.report.codes import CodesFound
from hnp_model.report.inputs import InputsBeside
from hnp_model.runs.referral import Referral
from hnp_model.runs.run_config import DataFacts, RunConfig
from hnp_model.runs.run_folder import DIGEST_KEYS
from hnp_model.splits.near_copies import NearCopies
from hnp_model.splits.split_facts import SplitFacts

TRAINING = "TRAINING"
"""Stands by figures on data that the fit has used."""


@dataclass(frozen=True, slots=True)
class BesideTrain:
    """What is judged beside what the fit has used; None where a run of an older version lacks it.

    Attributes:
        inputs: what the network is given here and was given in train.
        near_copies: pictures here that are nearly one of the fit's.
    """

    inputs: InputsBeside | None
    near_copies: NearCopies | None

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        near = self.near_copies
        return {
            "inputs": self.inputs.to_plain() if self.inputs else None,
            "near_copies": None if near is None else near.counts(),
        }


@dataclass(frozen=True, slots=True)
class Findings:
    """What an evaluation found.

    Attributes:
        config: of the run.
        data: the data set judged.
        split: the split used; None when the whole data set was judged.
        part: the part asked for.
        figures: part -> figures; val comes along.
        remarks: what a reader should know first.
        leaks: whether figures are too good because of leakage.
        referral: who of the part asked for is referred; None where val is what is judged, or train.
        calibration: unit -> figures of the part asked for before and after calibration; None where
            val is what is judged, or train.
        training: parts with data that the fit has used.
        beside: what is judged beside what the fit has used.
        without: what is taken away -> AUC by disc of the part asked for; None when not asked for.
        place: the folder that the findings lie in.
        anew: whether figures of other weights lay there before.
        digests: file -> sha256 of what the figures belong to: weights, predictions, pages.
        refitted: what is left of the AUC on train; None when that was not asked for.
        tta: whether each picture was looked at mirrored too.
        decisions: what comes of acting on the model, on the part asked for.
        pooled: AUC by disc with slices pooled as val has chosen; None when that was not asked for.
        codes: part -> what is found of label codes; none where the run tells none apart.
    """

    config: RunConfig
    data: DataFacts
    split: SplitFacts | None
    part: str
    figures: Mapping[str, PartFigures]
    remarks: tuple[str, ...]
    leaks: bool
    referral: Referral | None
    calibration: Mapping[UnitName, CalibratedFigures] | None
    training: frozenset[str]
    beside: BesideTrain
    without: Mapping[str, Figure] | None
    place: Path
    anew: bool
    digests: Mapping[str, str]
    refitted: Corrected | None = None
    tta: bool = False
    pooled: Figure | None = None
    decisions: Decisions | None = None
    codes: Mapping[str, CodesFound] = field(default_factory=dict)

    @property
    def asked(self) -> PartFigures:
        """Figures of the part asked for."""
        return self.figures[self.part]

    def metrics(self) -> dict[str, object]:
        """Return the content of metrics.json: parts, and digests of what they belong to."""
        plain = {
            part: {**figures.to_plain(), "about": self._about(part)}
            for part, figures in self.figures.items()
        }
        for part, found in self.codes.items():
            plain[part]["codes"] = found.to_plain()
        if self.calibration:
            told = {unit: figures.to_plain() for unit, figures in self.calibration.items()}
            plain[self.part]["calibration"] = told
        if self.referral:
            plain[self.part]["referral"] = self.referral.to_plain()
        if self.decisions:
            plain[self.part]["decisions"] = self.decisions.to_plain()
        if self.pooled:
            result = self.config.settled()
            how = asdict(result.attention) if result.attention else {}
            chosen = {"chosen_on_val": result.pooling, **how}
            plain[self.part]["pooling"] = {**chosen, "auc": self.pooled.to_plain()}
        if self.refitted:
            plain[self.part]["refitted"] = self.refitted.to_plain()
        plain[self.part].update(self.beside.to_plain())
        if self.without is not None:
            plain[self.part]["without"] = {
                name: {"auc": figure.to_plain()} for name, figure in self.without.items()
            }
        return {**plain, **{DIGEST_KEYS[file]: digest for file, digest in self.digests.items()}}

    def title(self, part: str) -> str:
        """Return how a part is called above its figures."""
        return f"part {part}{f' ({TRAINING})' if part in self.training else ''}"

    def _about(self, part: str) -> dict[str, object]:
        """Return what was judged, and the remarks, so that figures can be told from others."""
        return {
            "dataset_id": self.data.dataset_id,
            "pixels_id": self.data.pixels_id,
            "split": self.split.file if self.split else None,
            "split_digest": self.split.digest if self.split else None,
            "leaks": self.leaks,
            "training": part in self.training,
            "remarks": list(self.remarks),
            **({"tta": True} if self.tta else {}),
        }
