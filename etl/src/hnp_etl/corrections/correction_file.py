"""A file of corrections as a record."""

from dataclasses import dataclass

from hnp_shared.corrections import Correction


@dataclass(frozen=True, slots=True)
class CorrectionFile:
    """A file of corrections as it was given.

    Attributes:
        adjudicates: whether it decides between readers.
    """

    sha256: str
    rows: tuple[Correction, ...]
    adjudicates: bool = False
