"""What a page is to hold, as a user asks for it; and where a made one lies."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["review", "teach"]
Order = Literal["suspects", "misses", "uncertain", "random", "disc"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks of a page.

    Attributes:
        out: the data set.
        run: the run whose model speaks too; None: none does.
        predictions: what it says, where that is not the run's own table.
        suspects: labels that are likely wrong, ranked.
        maps: folder of `hnp-train explain`, what the model looked at.
        order: which slices come first; None: what is given tells.
        limit: slices at most.
        neighbours: of the same series, on each side of a slice.
        seed: of a random order.
        blind: hide what data set and model say until the reader has answered.
        force: whether an existing file may be written over.
    """

    out: Path
    file: Path
    kind: Kind
    run: Path | None = None
    predictions: Path | None = None
    suspects: Path | None = None
    maps: Path | None = None
    order: Order | None = None
    limit: int = 200
    neighbours: int = 2
    seed: int = 42
    blind: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A page that was written.

    Attributes:
        slices: to be read.
        pictures: with the neighbours.
        left: slices that the order would have shown too, were it not for the limit.
        maps: slices to be read that have one; None where none were asked for.
        absent: suspects that are not in the data set.
    """

    file: str
    page_id: str
    order: Order
    slices: int
    pictures: int
    left: int
    maps: int | None
    absent: int
    size_bytes: int
