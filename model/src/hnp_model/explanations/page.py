"""explain.md, and the tables that the screen shows too."""

from collections.abc import Sequence

from hnp_model.explanations.attributing import TOLERANCE
from hnp_model.explanations.measured import METHODS, TITLES
from hnp_model.explanations.regions import MEANS
from hnp_model.explanations.summary import LEAST_DECIDED, RegionFigures, Summary, told
from hnp_model.report.findings import TRAINING
from hnp_shared.counted import counted

Rows = list[tuple[str, ...]]

BASELINE = (
    "Integrated Gradients go from a blurred picture and the mean of what is known to the slice "
    "itself: blurred, because no black or grey picture is one that a network has learned from. "
    "What the parts add up to misses the change of the logit by"
)


def region_rows(summary: Summary) -> Rows:
    """Return what lies where, with a head."""
    head = ("region", "is", "area", *TITLES.values(), "sets slices apart", "verdict")
    return [head, *map(_region_row, summary.regions)]


def _region_row(one: RegionFigures) -> tuple[str, ...]:
    figures = (*(one.shares[method] for method in METHODS), one.decides)
    seen = one.area > 0  # of what is not seen there is nothing to tell
    return (
        *(one.name, MEANS[one.name], f"{one.area:.3f}"),
        *(told(figure) if seen else "-" for figure in figures),
        "SHORTCUT" if one.is_finding else "-",
    )


def curve_rows(summary: Summary) -> Rows:
    """Return how maps do against random orders and random weights, with a head."""
    head = (
        "map",
        "deletion",
        "less than random",
        "insertion",
        "more than random",
        "random weights",
    )
    rows = [
        (
            *(TITLES[name], told(one.deletion), told(one.earlier)),
            *(told(one.insertion), told(one.sooner), told(summary.alike[name])),
        )
        for name, one in summary.curves.items()
    ]
    deletion, insertion = map(told, summary.random)
    return [head, *rows, ("random order", deletion, "-", insertion, "-", "-")]


def share_rows(summary: Summary) -> Rows:
    """Return how much of a decision is the picture's, and each input's, with a head."""
    return [
        ("of a decision", "share (95 %)"),
        *((name, told(one)) for name, one in summary.shares.items()),
    ]


def lines_on(summary: Summary) -> tuple[str, ...]:
    """Return sentences: how well parts add up, and what was found."""
    median, largest = summary.missed
    return (
        f"completeness error: median {median:.4f}, largest {largest:.4f} logits; "
        f"{summary.converged:.1%} of slices within {TOLERANCE:.0%}",
        summary.verdict,
    )


def about_line(summary: Summary) -> str:
    """Return what the figures are about."""
    training = f", {TRAINING}" if summary.about["training"] else ""
    return (
        f"{summary.about['part']}: {counted(summary.n_slices, 'slice')} drawn, of "
        f"{counted(summary.n_patients, 'patient')}{training}"
    )


def page(summary: Summary, sheets: Sequence[str]) -> str:
    """Return explain.md."""
    error, verdict = lines_on(summary)
    pictures = "\n\n".join(f"![{name.removesuffix('.png')}]({name})" for name in sheets)
    return f"""# What the network looks at

{about_line(summary)}; data set {summary.about["dataset_id"]}, weights \
{str(summary.about["weights_sha256"])[:16]}. Intervals are 95 %, between patients.

**{verdict}.**

{_table(region_rows(summary))}

Area is what a map that knows nothing would have in a region. *Sets slices apart*: where one slice's
logit rises more above its baseline than another's, the share that what lies there makes; disc,
outside and what is known beside the picture add up to 1. A shortcut is a region without the disc
that holds more of Integrated Gradients than its area and makes over {LEAST_DECIDED:.0%} of that.

{_table(share_rows(summary))}

{BASELINE} {error.removeprefix("completeness error: ")}.

{_table(curve_rows(summary))}

Deletion and insertion: area under the probability of the class called, while the cells of the
picture that speak most for it go, or come. Random weights: rank correlation with the maps of the
same network untrained; near 0, maps tell what was learned.

{pictures}
"""


def _table(rows: Rows) -> str:
    head, *others = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *others])
