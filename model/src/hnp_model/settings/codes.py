"""Learning which label code a slice has, beside whether it shows a patient."""

from dataclasses import dataclass, field
from typing import Literal

CodeModel = Literal["multiclass", "ordinal"]
CODE_MODELS: tuple[CodeModel, ...] = ("multiclass", "ordinal")


@dataclass(frozen=True, slots=True)
class CodeTarget:
    """Label codes as what is learned: what was asked, and what train then says.

    Attributes:
        model: codes as classes of their own, or as grades of one severity.
        order: of the codes, as it was asked for; None: the usual one.
        classes: the codes that train has, in their order; () until train is known.
        patient: of each, whether it means a patient.
        counts: of each, slices of train.
    """

    model: CodeModel = "multiclass"
    order: tuple[str, ...] | None = None
    classes: tuple[str, ...] = field(default=(), compare=False)
    patient: tuple[bool, ...] = field(default=(), compare=False)
    counts: tuple[int, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not len(self.classes) == len(self.patient) == len(self.counts):
            raise ValueError("expected a meaning and a count of each code")
