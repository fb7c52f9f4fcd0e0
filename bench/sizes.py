"""How large the trees and data sets of a benchmark are."""

from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of what is measured; the defaults are those of docs/performance.md.

    Attributes:
        patients: of the tree; each has 20 images with 20 labels, half of the images chosen.
        side: rows and columns of an image.
        walked: empty files of the tree that is only walked.
        few: header-only files of the small build whose memory is measured; many likewise.
        loaded: slices that loaders give out in batches.
        trained: slices of the training part of an epoch; a quarter as many are judged.
        step: slices of one step of the reference network.
    """

    patients: int = 500
    side: int = 512
    walked: int = 1_000_000
    few: int = 20_000
    many: int = 1_000_000
    loaded: int = 1_024
    trained: int = 1_024
    step: int = 32

    @property
    def files(self) -> int:
        """Files of the tree."""
        return 40 * self.patients

    @property
    def chosen(self) -> int:
        """Slices that a build of the tree keeps."""
        return 10 * self.patients

    def scaled(self, factor: float) -> "Sizes":
        """Return sizes times ``factor``; images and steps keep theirs."""
        names = ("patients", "walked", "few", "many", "loaded", "trained")
        scaled = {name: max(1, round(getattr(self, name) * factor)) for name in names}
        return replace(self, **scaled)

    def to_json(self) -> dict[str, float]:
        """Return them by name."""
        return asdict(self)


QUICK = Sizes(
    patients=6, side=512, walked=2_000, few=200, many=1_000, loaded=60, trained=32, step=2
)
"""Says whether everything runs, not how fast it is."""
