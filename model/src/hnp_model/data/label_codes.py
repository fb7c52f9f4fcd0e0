"""Label codes as numbers in an order. Pure."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Strings

SEVERAL = ","
"""Between the codes of a label that has several."""

UNKNOWN_CODE = -1
"""Stands for no code, or one that the order lacks."""

Indices = npt.NDArray[np.int64]


def codes_in(label_code: Strings) -> list[str]:
    """Return each code that some slice has, alone or beside others, in the order of texts."""
    return sorted({code for text in np.unique(label_code).tolist() for code in _codes_of(text)})


def usual_order(codes: Sequence[str], patient: Mapping[str, bool]) -> list[str]:
    """Return codes in their order: normal ones first, then by their numbers, then as texts.

    Args:
        codes: to be put in order.
        patient: code -> whether it means a patient.

    >>> usual_order(["10", "2", "b", "1"], {"1": False, "2": True, "10": True, "b": True})
    ['1', '2', '10', 'b']
    """
    return sorted(codes, key=lambda code: (patient[code], *_natural(code)))


def index_codes(label_code: Strings, order: Sequence[str]) -> Indices:
    """Return where in an order the code of each slice stands, (slice,); `UNKNOWN_CODE` if nowhere.

    A label of several codes counts as the last of them; one that the order lacks leaves it unknown.

    >>> index_codes(np.array(["2", "1,2", "7,2", ""]), ["1", "2"]).tolist()
    [1, 1, -1, -1]
    """
    place = {code: index for index, code in enumerate(order)}
    texts, which = np.unique(label_code, return_inverse=True)
    found = [
        max(places) if (places := [place.get(one, -1) for one in _codes_of(text)]) else -1
        for text in texts.tolist()
    ]
    strange = [any(one not in place for one in _codes_of(text)) for text in texts.tolist()]
    return np.where(strange, UNKNOWN_CODE, np.array(found, np.int64))[which]


def _codes_of(text: str) -> list[str]:
    return [code for code in text.split(SEVERAL) if code]


def _natural(code: str) -> tuple[bool, list[tuple[int, str]], str]:
    """Return what puts 2 before 10, and numbers before words."""
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in _RUNS.findall(code)]
    return not code[:1].isdecimal(), parts, code


_RUNS = re.compile(r"\d+|\D+")  # "grade10" is "grade" and "10"
