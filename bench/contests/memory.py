"""Memory of a build's parent: how much a file more costs."""

from bench.place import Place
from bench.record import Contest, Row, Run

NAME = "memory"

ROWS = (
    Row(
        name="memory of the parent, bytes a file",
        contest=NAME,
        ours="hnp-etl",
        theirs=(),
        bound="value",
        target=400.0,
        limit="0: nothing has to be held for a file once it is in the state",
        unit="bytes",
    ),
)


def contest(place: Place) -> Contest:
    """Two builds of header-only files, half images, half labels; memory needs no repeats."""
    few, many = str(place.sizes.few), str(place.sizes.many)
    arguments = ("-m", "bench.programs.memory", place.scratch / "memory", few, many)
    return Contest(NAME, (Run(("hnp-etl",), arguments, prints=True, once=True),))
