"""What several labels of one image say together. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hnp_etl.labels.label import LabelFacts
from hnp_shared.vocabulary import Flag

Cells = tuple[tuple[str | None, ...], ...]

_FLAGS = {
    "age": frozenset({Flag.BAD_AGE, Flag.AGE_DECADE}),
    "sex": frozenset({Flag.BAD_SEX}),
    "canal_width_mm": frozenset({Flag.BAD_CANAL_WIDTH}),
}
"""What is told of how a field was read; it is part of what is said."""


def agreed(found: Sequence[LabelFacts]) -> LabelFacts | None:
    """Return what labels say together, None where two disagree.

    One that does not mention a field, or no disc, leaves it to the others; how labels name their
    image does not matter.
    """
    cells = _cells([each.cells for each in found if any(each.cells)]) or found[0].cells
    patient = _one([each.patient for each in found if each.patient is not None], None)
    read = {
        name: _one([said for each in found if (said := _said(each, name))], (None, frozenset()))
        for name in _FLAGS
    }
    if cells is _DISAGREE or patient is _DISAGREE or _DISAGREE in read.values():
        return None
    flags = {flag for _, told in read.values() for flag in told}
    flags |= {Flag.TRANSITIONAL for each in found if Flag.TRANSITIONAL in each.flags}
    values = {name: value for name, (value, _) in read.items()}
    return replace(found[0], cells=cells, patient=patient, flags=tuple(sorted(flags)), **values)


_DISAGREE: Any = object()


def _cells(stated: Sequence[Cells]) -> Any:  # noqa: ANN401
    """Return the codes of all discs; labels that have no disc in common name two places."""
    named = [{level for level, cell in enumerate(each) if cell} for each in stated]
    if any(not each & named[0] for each in named[1:]):
        return _DISAGREE
    by_disc = [_one([cell for cell in cells if cell], ()) for cells in zip(*stated, strict=True)]
    return _DISAGREE if _DISAGREE in by_disc else tuple(by_disc)


def _one(stated: Sequence[Any], nothing: object) -> Any:  # noqa: ANN401  # of any field
    """Return the one thing that was stated."""
    if any(each != stated[0] for each in stated[1:]):
        return _DISAGREE
    return stated[0] if stated else nothing


def _said(label: LabelFacts, name: str) -> tuple[Any, frozenset[Flag]] | None:
    value, flags = getattr(label, name), _FLAGS[name] & set(label.flags)
    return (value, flags) if value is not None or flags else None
