"""What comes of acting on a model, in words."""

from hnp_model.measures.bootstrap import MIN_PATIENTS, Figure
from hnp_model.measures.decisions import Decisions
from hnp_model.measures.net_benefit import DecisionCurve
from hnp_model.measures.operating_points import OperatingPoint
from hnp_model.measures.two_by_two import TwoByTwo
from hnp_model.measures.units import UnitName
from hnp_shared.counted import counted

YOUDEN = "largest Youden J on val"

_CALLED = {"level": "disc", "patient": "patient"}
_POSITIVES = {
    "level": ("herniated disc", "herniated discs"),
    "patient": ("patient with a herniated disc", "patients with herniated discs"),
}


def decision_sentences(decisions: Decisions) -> tuple[str, ...]:
    """Return what is said of counts, points aimed at and net benefit, a line each."""
    told = [
        f"by {_CALLED[unit]}, called herniated from {table.threshold:.3f} on ({YOUDEN}): "
        f"{counts_sentence(unit, table)}"
        for unit, table in decisions.tables.items()
    ]
    for point in decisions.points:
        told.append(point_sentence(point))
        aimed = (decisions.aimed or {}).get(point.unit)
        if aimed:
            told.append(
                f"here: {counts_sentence(point.unit, aimed)}; {screening(point.unit, aimed)}"
            )
    for unit, curve in (decisions.curves or {}).items():
        told.append(f"net benefit by {_CALLED[unit]}: {worth_sentence(curve)}")
    return tuple(told)


def counts_sentence(unit: UnitName, table: TwoByTwo) -> str:
    """Return the four counts as a reader of images says them."""
    passed = table.shares["specificity"]
    ends = (passed.value, passed.high, passed.low)
    wrong = Figure(*(None if end is None else 1 - end for end in ends))
    return (
        f"of {counted(table.positives, *_POSITIVES[unit])} {table.found:,} found"
        f"{_share(table.shares['sensitivity'])}; of {counted(table.negatives, 'other')} "
        f"{table.alarms:,} called herniated{_share(wrong)}"
    )


def point_sentence(point: OperatingPoint) -> str:
    """Return the threshold that was aimed at, and what it does on val."""
    aim = f"{point.aim.name} of {point.aim.value:g} by {_CALLED[point.unit]}"
    if point.val is None:
        return f"{aim}: no threshold, {point.reason}"
    return (
        f"{aim}: called herniated from {point.val.threshold:.3f} on; on val, where it was chosen: "
        f"{counts_sentence(point.unit, point.val)}; {screening(point.unit, point.val)}"
    )


def screening(unit: UnitName, table: TwoByTwo) -> str:
    """Return how many are screened, and how many called, for each one found."""
    name = _CALLED[unit]
    if not table.found:
        return f"no {name} found"
    return (
        f"{_number(table.screened_per_found)} {name}s screened and "
        f"{_number(table.called_per_found)} called for each one found"
    )


def worth_sentence(curve: DecisionCurve | None) -> str:
    """Return where acting on the model is worth more than acting on everybody or nobody."""
    if curve is None:
        return f"too few to judge, under {MIN_PATIENTS} patients in a class"
    pays = curve.pays_between()
    better = "acting on the model is worth more than acting on all and on none"
    if pays is None:
        return f"at no threshold is it certain that {better}"
    low, high = pays
    return (
        f"{better} for whoever acts from a calibrated probability of {low:.2f} to {high:.2f} on "
        f"(one found is worth {(1 - high) / high:.2g} to {(1 - low) / low:.2g} alarms)"
    )


def _share(figure: Figure) -> str:
    if figure.value is None:
        return ""
    value = f"{100 * figure.value:.1f} %"
    if figure.low is None or figure.high is None:
        return f" ({value})"
    return f" ({value}, {100 * figure.low:.1f} to {100 * figure.high:.1f} %)"


def _number(figure: Figure) -> str:
    if figure.low is None:
        return f"{figure.value:.1f}"
    high = "any number" if figure.high is None else f"{figure.high:.1f}"
    return f"{figure.value:.1f} ({figure.low:.1f} to {high})"
