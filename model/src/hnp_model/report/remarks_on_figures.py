"""What a reader should know of the figures themselves: too few patients, or worse than chance."""

from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.figures import PartFigures
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.report.remarks import remarks_on_size

CHANCE = 0.5


def remarks_on_figures(part: str, figures: PartFigures) -> tuple[str, ...]:
    """Return what must be said of the figures of a part."""
    discs = figures.units[PRIMARY_UNIT]
    remarks = list(remarks_on_size(part, discs.n_patients_positive, discs.n_patients_negative))
    auc = discs.figure("auc")
    if _below_chance(auc):
        remarks.append(
            f"AUC by disc on {part} is {_show(auc)}, below {CHANCE}: the model ranks discs the "
            "wrong way round; look for exchanged classes or label codes"
        )
    if auc.low == auc.high == CHANCE:
        remarks.append(
            f"all discs of {part} have the same score: their AUC of {CHANCE} is that of ties, and "
            "the model tells nothing"
        )
    by_hospital = {name: group.figure("auc") for name, group in figures.by["hospital"].items()}
    turned = [f"{name} {_show(one)}" for name, one in by_hospital.items() if _below_chance(one)]
    if turned:
        remarks.append(
            f"AUC by slice below {CHANCE} in {', '.join(turned)}: look for exchanged classes or "
            "label codes there"
        )
    return tuple(remarks)


def _below_chance(auc: Figure) -> bool:
    return auc.high is not None and auc.high < CHANCE


def _show(auc: Figure) -> str:
    return f"{auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"
