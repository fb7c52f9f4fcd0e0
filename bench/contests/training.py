"""Training: an epoch against the bare loop, a step against the network as the report prints it."""

import subprocess
import sys
from pathlib import Path

from bench.place import Place
from bench.record import Contest, Row, Run
from bench.tree import make_tree

EPOCH, STEP = "epoch", "step"

ROWS = (
    Row(
        name="epoch of hnp-train against the bare loop on tensors in memory",
        contest=EPOCH,
        ours="hnp-train",
        theirs=("bare loop",),
        bound="cost",
        target=1.03,
        limit="1.0: the same forward and backward passes",
        unit="slices/s",
    ),
    Row(
        name="training step of the reference network against the network as printed",
        contest=STEP,
        ours="hnp-train",
        theirs=("as printed",),
        bound="faster",
        target=1.4,
        limit="the convolutions, which are the same",
        unit="slices/s",
    ),
)


def epoch(place: Place) -> Contest:
    """The compact network; one process takes turns."""
    data = place.scratch / "dataset"
    arguments = (
        "-m",
        "bench.programs.epoch",
        data,
        place.scratch / "run",
        str(place.sizes.trained),
    )
    return Contest(
        EPOCH,
        (Run(("hnp-train", "bare loop"), (*arguments, "{repeats}"), prints=True, once=True),),
        prepare=lambda: make_data_set(place),
        profile=Run(("profile",), (*arguments, "1")),
    )


def step(place: Place) -> Contest:
    """The reference network; one process takes turns."""
    arguments = ("-m", "bench.programs.step", str(place.sizes.step))
    return Contest(
        STEP,
        (Run(("hnp-train", "as printed"), (*arguments, "{repeats}"), prints=True, once=True),),
        profile=Run(("profile",), (*arguments, "1")),
    )


def make_data_set(place: Place) -> None:
    """Build the data set that loaders and training read, unless it is there."""
    make_tree(place.tree, place.sizes.patients, place.sizes.side)
    first, *rest = place.build_command(place.tree / "chosen", "dataset")
    command = [Path(sys.executable).parent / first, *rest]
    subprocess.run(command, check=True, capture_output=True)
