"""What the maps of slices drawn at random say of all: figures with intervals, and what is wrong."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Strings
from hnp_model.explanations.curves import RANDOM
from hnp_model.explanations.measured import METHODS, TITLES, Measured, Method
from hnp_model.explanations.regions import MEANS, REGIONS, RegionName
from hnp_model.measures.bootstrap import Figure
from hnp_model.measures.clustered import clustered_mean, clustered_share, clustered_slope

SUSPECTED: tuple[RegionName, ...] = ("outside", "border", "corners")
"""Regions of the audit's shortcuts: none of them shows the disc."""

LEAST_DECIDED = 0.1
"""Share of what sets slices apart below which a region is no finding: joints, muscles and the
outline of the body tell a little of how old a spine is, which is no shortcut."""

STILL_ALIKE = 0.5
"""Rank correlation with the maps of random weights from which on maps tell of the picture, and not
of what was learned (Adebayo J et al., Sanity checks for saliency maps, NeurIPS 2018)."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """What lies in a region.

    Attributes:
        name: of `regions.REGIONS`.
        area: share of the pixels seen; what a map that knows nothing would have there.
        shares: method -> share of the map.
        excess: method -> share of the map less the area.
        decides: share of what sets slices apart, beyond their blurred pictures: of a difference in
            what all parts add up to, how much is made here.
    """

    name: RegionName
    area: float
    shares: Mapping[Method, Figure]
    excess: Mapping[Method, Figure]
    decides: Figure

    @property
    def is_finding(self) -> bool:
        """Whether a region without the disc draws the network, and sets slices apart."""
        drawn, decides = self.excess["ig"].low, self.decides.low
        if self.name not in SUSPECTED or drawn is None or decides is None:
            return False
        return drawn > 0 and decides > LEAST_DECIDED


@dataclass(frozen=True, slots=True)
class CurveFigures:
    """How a map does against a random order; areas of the probability of the class called.

    Attributes:
        deletion: while the cells that speak most go.
        insertion: while they come.
        earlier: by how much less remains in deletion than by a random order.
        sooner: by how much more is there in insertion.
    """

    deletion: Figure
    insertion: Figure
    earlier: Figure
    sooner: Figure


@dataclass(frozen=True, slots=True)
class Summary:
    """What the maps say of all slices.

    Attributes:
        about: which run, data set and slices.
        n_slices: drawn.
        n_patients: that they are of.
        shares: picture or input -> share of a decision.
        regions: what lies where.
        curves: method -> deletion and insertion.
        random: areas of random orders, deletion and insertion.
        alike: method -> rank correlation with maps of random weights.
        missed: median and largest completeness error, in logits.
        converged: share of slices whose parts add up within the tolerance.
    """

    about: Mapping[str, object]
    n_slices: int
    n_patients: int
    shares: Mapping[str, Figure]
    regions: tuple[RegionFigures, ...]
    curves: Mapping[Method, CurveFigures]
    random: tuple[Figure, Figure]
    alike: Mapping[Method, Figure]
    missed: tuple[float, float]
    converged: float

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong; empty when nothing was found."""
        shortcuts = tuple(_shortcut(one) for one in self.regions if one.is_finding)
        return shortcuts + tuple(
            f"maps of {TITLES[name]} hardly change when weights are random: rank correlation "
            f"{told(one)}, expected under {STILL_ALIKE}; they do not tell what was learned"
            for name, one in self.alike.items()
            if one.low is not None and one.low >= STILL_ALIKE
        )

    @property
    def unjudged(self) -> bool:
        """Whether there are too few patients for a verdict."""
        return all(one.decides.low is None for one in self.regions)

    def to_plain(self) -> dict[str, object]:
        """Return what explain.json holds."""
        return {
            **asdict(self),
            "regions": [{**asdict(one), "finding": one.is_finding} for one in self.regions],
            "random": dict(zip(("deletion", "insertion"), map(asdict, self.random), strict=True)),
            "missed": dict(zip(("median", "largest"), self.missed, strict=True)),
            "verdict": self.verdict,
            "found": self.found,
        }

    @property
    def verdict(self) -> str:
        """Return one sentence on shortcuts."""
        if self.unjudged:
            return "too few patients to tell whether the network uses a shortcut"
        found = [one.name for one in self.regions if one.is_finding]
        if found:
            return f"SHORTCUT: what lies in {', '.join(found)} sets slices apart"
        seen = [one for one in self.regions if one.name in SUSPECTED and one.area > 0]
        if not seen:
            return "no shortcut outside the disc's box: the network sees nothing of it"
        most = max(seen, key=lambda one: one.decides.value or 0.0)
        return (
            f"no shortcut found outside the disc's box; {most.name} sets slices apart most, by "
            f"{told(most.decides)}"
        )


def summarise(
    about: Mapping[str, object], measured: Measured, inputs: tuple[str, ...], patient: Strings
) -> Summary:
    """Return what the maps of slices say.

    Args:
        about: which run, data set and slices.
        measured: of slices drawn at random.
        inputs: names of what is known beside pictures.
        patient: (slice,), ids.
    """

    def mean(values: Numbers) -> Figure:
        return clustered_mean(values, patient)

    drawn = measured.curves[RANDOM]
    names = ("picture", *inputs)
    shares = measured.input_shares
    return Summary(
        about=about,
        n_slices=len(measured),
        n_patients=np.unique(patient).size,
        shares={
            name: clustered_share(shares[:, number], patient) for number, name in enumerate(names)
        },
        regions=tuple(_region(measured, patient, name) for name in REGIONS),
        curves={
            name: CurveFigures(
                *(mean(each.deletion), mean(each.insertion)),
                *(mean(drawn.deletion - each.deletion), mean(each.insertion - drawn.insertion)),
            )
            for name, each in ((name, measured.curves[name]) for name in METHODS)
        },
        random=(mean(drawn.deletion), mean(drawn.insertion)),
        alike={name: mean(measured.alike[name]) for name in METHODS},
        missed=(float(np.median(np.abs(measured.missed))), float(np.abs(measured.missed).max())),
        converged=float(measured.converged.mean()),
    )


def told(figure: Figure) -> str:
    """Return a figure with its interval."""
    if figure.value is None:
        return "-"
    if figure.low is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _region(measured: Measured, patient: Strings, name: RegionName) -> RegionFigures:
    place = REGIONS.index(name)
    area = measured.areas[:, place]
    shares = {each: measured.shares[each][:, place] for each in METHODS}
    return RegionFigures(
        name,
        float(area.mean()),
        {each: clustered_share(values, patient) for each, values in shares.items()},
        {each: clustered_mean(values - area, patient) for each, values in shares.items()},
        clustered_slope(measured.regions[:, place], measured.logit - measured.start, patient),
    )


def _shortcut(one: RegionFigures) -> str:
    return (
        f"{one.name} ({MEANS[one.name]}) holds {told(one.shares['ig'])} of Integrated Gradients on "
        f"{one.area:.3f} of the pixels, and {told(one.decides)} of what sets slices apart"
    )
