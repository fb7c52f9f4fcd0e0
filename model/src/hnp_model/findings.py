"""What an evaluation found, as every report of it is given."""

from collections.abc import Mapping
from dataclasses import dataclass

from hnp_model.figures import PartFigures
from hnp_model.run_config import DataFacts, RunConfig, SplitFacts


@dataclass(frozen=True, slots=True)
class Findings:
    """What an evaluation found.

    Attributes:
        config: of the run.
        data: the data set judged.
        split: the split used; None when the whole data set was judged.
        part: the part asked for.
        figures: part -> figures; val comes along.
        remarks: what a reader should know first.
        leaks: whether figures are too good because of leakage.
    """

    config: RunConfig
    data: DataFacts
    split: SplitFacts | None
    part: str
    figures: Mapping[str, PartFigures]
    remarks: tuple[str, ...]
    leaks: bool

    @property
    def asked(self) -> PartFigures:
        """Figures of the part asked for."""
        return self.figures[self.part]

    def metrics(self) -> dict[str, object]:
        """Return the content of metrics.json."""
        return {part: figures.to_plain() for part, figures in self.figures.items()}
