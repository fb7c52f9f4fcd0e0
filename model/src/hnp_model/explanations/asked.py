"""What `explain` is asked to do; free of torch and numpy, so that --help comes at once."""

from dataclasses import dataclass

EXPLAINED_PARTS = ("test", "val", "train", "all")
"""Parts by the record of the fit; `test` is whatever it has not used."""


@dataclass(frozen=True, slots=True)
class ExplainSettings:
    """The flags of an explanation.

    Attributes:
        part: whose slices.
        count: slices drawn at random, which all figures are about.
        shown: slices on each contact sheet, which no figure is about.
        seed: of what is drawn, of random orders and of random weights.
        allow_mismatch: whether a data set with other pixels is taken.
        allow_missing: whether data without an input that train had is taken.
        force: whether another explanation may be written over.
    """

    part: str = "test"
    count: int = 200
    shown: int = 12
    seed: int = 42
    allow_mismatch: bool = False
    allow_missing: bool = False
    force: bool = False
