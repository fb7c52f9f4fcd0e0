"""The chosen slices alone: our whole build of them against MONAI's loading and transforms."""

from bench.place import PROGRAMS, Place, warm
from bench.record import Contest, Row, Run
from bench.tree import make_tree

NAME = "chosen"

ROWS = (
    Row(
        name="the chosen slices alone against MONAI LoadImaged + transforms, 2 processes",
        contest=NAME,
        ours="hnp-etl, chosen only",
        theirs=("MONAI, 2 workers",),
        bound="faster",
        target=3.0,
        limit="read, resize and, for ours only, write and flush",
    ),
)


def contest(place: Place) -> Contest:
    """Ours also reads labels and writes shards and tables; MONAI leaves arrays in memory."""
    source = place.tree / "chosen"

    def prepare() -> None:
        make_tree(place.tree, place.sizes.patients, place.sizes.side)
        warm(source)

    ours = place.build_command(source, "chosen")
    before = place.emptied("chosen", "chosen.private")
    monai = (PROGRAMS / "monai_slices.py", place.tree)
    return Contest(
        NAME,
        (
            Run(("hnp-etl, chosen only",), ours, before=before),
            Run(("MONAI, 2 workers",), monai, "loaders"),
        ),
        prepare=prepare,
        profile=place.profiled_build(source),
    )
