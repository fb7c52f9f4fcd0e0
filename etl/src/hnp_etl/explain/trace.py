"""Puts into words what was decided about one file: with what evidence, and what else held. Pure."""

from dataclasses import dataclass

from hnp_etl.archives.told import REMEDIES
from hnp_etl.choosing.choose import ChosenLabel, chosen_label, header_refusals, pixel_refusal
from hnp_etl.choosing.classify import Classification, Decision, classify
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.explain.meanings import REASONS
from hnp_etl.explain.remedies import EXCLUDED, IGNORED, remedy
from hnp_etl.labels.label import SIXTH, LabelFacts
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.asked_file import Asked
from hnp_shared.ledger import LedgerRow
from hnp_shared.vocabulary import LEVEL_NAMES, Flag, Kind, Reason, State

_SEQUENCES = frozenset({"SE", "IR", "GR", "EP", "RM"})
"""Defined terms of Scanning Sequence (PS3.3 C.8.3.1); anything else there could be a name."""

_NOT_READ = "the header was not read"
_STEPS = {
    "a": "in one folder",
    "b": "by its path in another tree",
    "c": "by its name",
    "d": "by what the label says of it",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A plane or a weighting with what told it (`tags`, `text`, `table`) and the evidence."""

    value: str | None
    source: str | None
    evidence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the decision trace."""

    name: str
    finding: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of one file and why.

    Attributes:
        path: as the user gave it.
        reason: None for accepted, used and ignored.
        level: 0..4, None when its label does not tell one.
        label: path of its label, None without one and for what is no image.
        would_pass_if: None when it passes.
        to_do: None where nothing stands in the way.
        steps: what was looked at, in order.
    """

    path: str
    state: State
    reason: Reason | None
    plane: Finding
    weighting: Finding
    level: int | None
    label: str | None
    would_pass_if: str | None
    to_do: str | None
    steps: tuple[Step, ...]


def explain_one(
    path: str,
    asked: Asked,
    facts: HeaderFacts | None,
    verdict: LedgerRow,
    partner: str | None,
    recipe: Recipe,
) -> Explanation:
    """Return the explanation of one file.

    Args:
        path: as the user gave it.
        asked: what the stages found.
        facts: of its header if it can be read, also where a build would not read it.
        verdict: its ledger row.
        partner: path of its label or image, for people.
        recipe: what is wanted.
    """
    look = classify(facts, recipe.selection.max_tilt_deg, asked.table) if facts else None
    reason = Reason(verdict.reason) if verdict.reason else None
    image = asked.kind is Kind.IMAGE
    level = _level(asked.label, recipe) if image else None
    held = _held(asked, facts, look, recipe) if image else []
    return Explanation(
        path=path,
        state=State(verdict.state),
        reason=reason,
        plane=_plane(look),
        weighting=_weighting(look, facts),
        level=level,
        label=partner if image else None,
        would_pass_if=EXCLUDED
        if asked.excluded
        else _would_pass(State(verdict.state), reason, held, asked, recipe),
        to_do=_to_do(asked.kind, reason),
        steps=(
            Step("place", _place(asked)),
            *([Step("frames", asked.frames.told)] if asked.frames else ()),
            *([_header(look, facts, held)] if image and not asked.excluded else ()),
            *([_pair(asked, partner)] if asked.kind in (Kind.IMAGE, Kind.LABEL) else ()),
            *([Step("because", "; ".join(asked.faults))] if asked.faults else ()),
            *([Step("level", "none" if level is None else LEVEL_NAMES[level])] if image else ()),
        ),
    )


def _held(
    asked: Asked, facts: HeaderFacts | None, look: Classification | None, recipe: Recipe
) -> list[Reason]:
    """Return every reason that holds as far as one file tells, in the contract's order."""
    held = [asked.early] if asked.early else []
    if facts is None or look is None:
        return held
    held += header_refusals(facts, look, recipe)
    label = asked.label
    if asked.partner is not None and label is None:
        label = Reason.LABEL_REJECTED
    chosen = chosen_label(label, recipe.label)
    held += [chosen] if isinstance(chosen, Reason) else []
    pixels = pixel_refusal(facts, asked.size, recipe) if look.mr else None
    return [*held, pixels] if pixels else held


def _would_pass(
    state: State,
    reason: Reason | None,
    held: list[Reason],
    asked: Asked,
    recipe: Recipe,
) -> str | None:
    if asked.kind is Kind.ARCHIVE:
        return _archive_remedy(state, reason)
    if state is State.IGNORED:
        return IGNORED
    if reason is None:
        return None
    label = asked.label if Reason.LABEL_REJECTED in (reason, *held) else None
    of_label = asked.kind is Kind.LABEL and isinstance(asked.label, Reason)
    detail = asked.label_detail if of_label else None
    text = remedy([reason, *held], recipe) + _found(asked.detail or detail)
    if isinstance(label, Reason):
        told = remedy([label], recipe) + _found(asked.label_detail)
        text += f" (its label is {label}: {told})"
    return text


def _archive_remedy(state: State, reason: Reason | None) -> str | None:
    if state is State.IGNORED:
        return "a file in it were of use, and what it holds did not lie beside it"
    return None if reason is None else "it could be read"


def _to_do(kind: Kind, reason: Reason | None) -> str | None:
    """Return what to do about a reason, which of an archive is another than of a file in it."""
    if reason is None:
        return None
    if kind is Kind.ARCHIVE:
        return REMEDIES[reason].rpartition(": ")[2]
    return REASONS[reason].do


def _found(detail: str | None) -> str:
    return f"; found: {detail.removeprefix('found ')}" if detail else ""


def _level(label: LabelFacts | Reason | None, recipe: Recipe) -> int | None:
    chosen = chosen_label(label, recipe.label)
    return chosen.level if isinstance(chosen, ChosenLabel) else None


def _plane(look: Classification | None) -> Finding:
    if look is None:
        return Finding(None, None, _NOT_READ)
    return _told(look.plane) or Finding(
        None, None, "no usable Image Orientation (Patient), and no word names one plane"
    )


def _weighting(look: Classification | None, facts: HeaderFacts | None) -> Finding:
    if look is None or facts is None:
        return Finding(None, None, _NOT_READ)
    return _told(look.weighting) or Finding(
        None, None, f"{_timing(facts)}: these tell none, nor does a word"
    )


def _told(told: Decision | None) -> Finding | None:
    return Finding(str(told.value), told.source, told.evidence) if told else None


def _timing(facts: HeaderFacts) -> str:
    sequence = "+".join(word for word in facts.scanning_sequence if word in _SEQUENCES)
    times = (("TE", facts.echo_time_ms), ("TR", facts.repetition_time_ms))
    said = [f"{name} {'unknown' if time is None else f'{time:g} ms'}" for name, time in times]
    return ", ".join([f"scanning sequence {sequence or 'unknown'}", *said])


def _place(asked: Asked) -> str:
    told = [f"hospital {asked.hospital}", f"partition {asked.partition or 'none'}"]
    return f"{asked.kind}; {', '.join(told)}"


def _header(look: Classification | None, facts: HeaderFacts | None, held: list[Reason]) -> Step:
    if look is None or facts is None:
        return Step("header", "cannot be read" if not held else f"not read: {held[0]}")
    marks = {
        "fat suppressed": look.fat_suppressed,
        "a text names the lumbar spine, Body Part Examined does not": look.region_disagrees,
        "text tells another weighting": look.text_disagrees,
        "Philips's private scale is left alone": facts.private_scale,
    }
    noted = [mark for mark, holds in marks.items() if holds]
    refused = f"stands in the way: {', '.join(held)}" if held else "nothing stands in the way"
    return Step("checks", "; ".join([refused, *noted]))


def _pair(asked: Asked, partner: str | None) -> Step:
    if asked.labels:
        held, paired = asked.labels
        return Step("images", f"{paired:,} of the {held:,} labels in it belong to one")
    other = "image" if asked.kind is Kind.LABEL else "label"
    if partner is None:
        return Step(other, "none found")
    said = f" ({asked.label})" if isinstance(asked.label, Reason) else ""
    aside = isinstance(asked.label, LabelFacts) and asked.label_detail
    told = f"; it {asked.label_detail}" if aside else ""
    if isinstance(asked.label, LabelFacts) and Flag.TRANSITIONAL in asked.label.flags:
        told += f"; {SIXTH}" if SIXTH not in told else ""
    return Step(other, f"{partner}, paired {_STEPS.get(asked.step or '', asked.step)}{said}{told}")
