"""What is in each part of a split, over all hospitals and in each."""

from dataclasses import dataclass

import numpy as np

from hnp_model.data.slices import Slices, Strings

EVERYWHERE = "all"
"""Stands for all hospitals together, and for all parts together."""

CLOSE_ENOUGH = 0.01 + 1e-9
"""Largest difference between a part's share of positive slices and the whole's that is no news: a
point, and what rounding may add to it."""


@dataclass(frozen=True, slots=True)
class Content:
    """What one part has from one hospital."""

    part: str
    hospital: str
    patients: int
    slices: int
    positive: int

    @property
    def positive_share(self) -> float:
        """Share of positive slices; NaN where there are none."""
        return self.positive / self.slices if self.slices else float("nan")


Composition = tuple[Content, ...]


def compose(slices: Slices, parts: Strings) -> Composition:
    """Return the content of the whole, then of each part, over all hospitals and in each.

    Args:
        slices: all slices.
        parts: (slice,), names of parts in which train, val and test come in this order.
    """
    names = sorted(np.unique(parts).tolist(), key=_part_order)
    contents = []
    for part in (EVERYWHERE, *names):
        in_part = (parts == part) | (part == EVERYWHERE)
        for hospital in (EVERYWHERE, *np.unique(slices.hospital).tolist()):
            here = in_part & ((slices.hospital == hospital) | (hospital == EVERYWHERE))
            patients = np.unique(slices.patient_id[here]).size
            positive = int(slices.is_patient[here].sum())
            contents.append(Content(part, hospital, patients, int(here.sum()), positive))
    return tuple(contents)


def off_balance(composition: Composition) -> Composition:
    """Return the parts whose share of positive slices is not close to the whole's."""
    whole = composition[0].positive_share
    return tuple(
        content
        for content in composition
        if content.hospital == EVERYWHERE and abs(content.positive_share - whole) > CLOSE_ENOUGH
    )


def one_class(composition: Composition) -> Composition:
    """Return the parts that have slices of one class only."""
    return tuple(
        content
        for content in composition
        if EVERYWHERE == content.hospital != content.part
        and content.positive in {0, content.slices}
    )


def _part_order(part: str) -> tuple[int, str]:
    known = ("train", "val", "test")
    return (known.index(part), "") if part in known else (len(known) + int(part), part)
