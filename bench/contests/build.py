"""Whole builds: against a competent script, against the floor, and again without a change."""

from bench.place import PROGRAMS, Place, warm
from bench.record import Contest, Row, Run
from bench.same_result import check_same
from bench.tree import make_tree

NAME = "build"
SMALL, SMALL_AGAIN, SMALL_PATIENTS = "smallest build", "smallest rebuild", 1
"""Tells what a build costs before it has met a file worth speaking of."""

ROWS = (
    Row(
        name="build of a tree, a quarter chosen, against a competent one-process script",
        contest=NAME,
        ours="hnp-etl",
        theirs=("pydicom + OpenCV script",),
        bound="faster",
        target=3.0,
        limit="two processes against one, and the disk: both write the same bytes and flush them",
    ),
    Row(
        name="the same build against its floor",
        contest=NAME,
        ours="hnp-etl",
        theirs=("floor of a build",),
        bound="cost",
        target=1.6,
        limit="1.0: the floor does what no build can leave out",
    ),
    Row(
        name="unchanged rebuild against the full build",
        contest=NAME,
        ours="rebuild",
        theirs=("hnp-etl",),
        bound="cost",
        target=0.05,
        limit="one stat a file, and the start of the program",
    ),
)


def contest(place: Place) -> Contest:
    """Build the tree in each way; `rebuild` finds what the run before it left."""
    source = place.tree / "src"

    def prepare() -> None:
        make_tree(place.tree, place.sizes.patients, place.sizes.side)
        make_tree(place.scratch / "small", SMALL_PATIENTS, place.sizes.side)
        warm(place.tree / "src")

    def check() -> None:
        check_same(place.scratch / "ours", place.scratch / "competent")

    build = place.build_command(source, "ours")
    competent = (PROGRAMS / "competent.py", source, place.scratch / "competent", place.key)
    floor = (PROGRAMS / "floor.py", place.tree, "src", place.scratch / "floor")
    small = place.build_command(place.scratch / "small" / "src", "smallest")
    return Contest(
        NAME,
        (
            Run(("hnp-etl",), build, before=place.emptied("ours", "ours.private")),
            Run(("rebuild",), build),
            Run((SMALL,), small, before=place.emptied("smallest", "smallest.private")),
            Run((SMALL_AGAIN,), small),
            Run(("pydicom + OpenCV script",), competent, before=place.emptied("competent")),
            Run(("floor of a build",), floor, before=place.emptied("floor")),
        ),
        prepare=prepare,
        profile=place.profiled_build(source),
        check=check,
    )
