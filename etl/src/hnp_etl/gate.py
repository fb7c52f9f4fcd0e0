"""The gate on rejected files: a number, or a share of the files met."""

from dataclasses import dataclass
from typing import Self

from hnp_shared.dataset import DatasetInfo
from hnp_shared.errors import GateError
from hnp_shared.vocabulary import State


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """How many files may be rejected.

    Attributes:
        value: files, or percent of all files met.
    """

    value: float
    percent: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit that ``N`` or ``P%`` states.

        Raises:
            ValueError: neither.
        """
        percent = text.endswith("%")
        value = float(text[:-1]) if percent else int(text)
        if not 0 <= value <= (100 if percent else float("inf")):
            raise ValueError(text)
        return cls(value, percent)

    def check(self, info: DatasetInfo) -> None:
        """Pass when the limit is kept.

        Raises:
            GateError: says how many files were rejected.
        """
        rejected, met = info.states.get(State.REJECTED, 0), sum(info.states.values())
        if rejected > (self.value * met / 100 if self.percent else self.value):
            sign = "%" if self.percent else ""
            raise GateError(
                f"{rejected} of {met} files were rejected, expected at most {self.value:g}{sign}"
            )
