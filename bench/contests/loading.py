"""Batches for training: ours from the mapped shards, others from what they keep."""

import subprocess
from pathlib import Path

from bench.contests.training import make_data_set
from bench.peers import interpreter
from bench.place import PROGRAMS, Place
from bench.record import Contest, Row, Run

NAME = "loader"
PEERS = ("MONAI CacheDataset", "Hugging Face datasets", "WebDataset", "litdata")
MEMORY = "index_select in memory"

ROWS = (
    Row(
        name="loader against the best of MONAI, Hugging Face, WebDataset and litdata",
        contest=NAME,
        ours="hnp-train",
        theirs=PEERS,
        bound="faster",
        target=1.5,
        limit="one copy of each slice out of memory",
        unit="slices/s",
    ),
    Row(
        name="loader against index_select in memory",
        contest=NAME,
        ours="hnp-train",
        theirs=(MEMORY,),
        bound="faster",
        target=0.8,
        limit="1.0: the same copy without a map of files",
        unit="slices/s",
    ),
)


class PeerDataError(Exception):
    """The slices could not be put into the forms of the other loaders."""


def contest(place: Place) -> Contest:
    """Random batches of 32 slices of 300 x 300 float32, no workers, one epoch each."""
    data, folder, count = place.scratch / "dataset", place.scratch / "loaders", place.sizes.loaded

    def prepare() -> None:
        make_data_set(place)
        python = interpreter("loaders").path
        if python is not None:
            program = PROGRAMS / "loader_data.py"
            command: list[str | Path] = [python, "-W", "ignore", program, data, folder, str(count)]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            if done.returncode:
                raise PeerDataError(done.stderr.strip()[-300:])

    peer = PROGRAMS / "loader_peer.py"
    ours = (PROGRAMS / "loader_ours.py", data, str(count))
    return Contest(
        NAME,
        (
            Run(("hnp-train",), ours, prints=True),
            *(
                Run((name,), (peer, name, folder), "loaders", prints=True)
                for name in (MEMORY, *PEERS)
            ),
        ),
        prepare=prepare,
        profile=Run(("profile",), ours),
    )
