"""Where the bytes of a file lie: a path on the disk, or that of an archive and steps into it. Pure.

One value of bytes tells it all, `raw`, so that whatever hands on a path hands on a place as well:
`/disk/a.zip NUL step NUL step`, for no path holds a NUL. A step leads from an archive to a member.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hnp_etl.files.forms import archive_name
from hnp_shared.names import text_of

_STEP = b"\0"


class Move(NamedTuple):
    """One move within a step.

    Attributes:
        kind: `parts` are joined; a `window` is taken; a `zip` member follows its local header;
            the whole is unpacked by `gz`, `bz2`, `xz` or `zst`; a stream of a `7z` is taken; a
            `checked` window is compared with a CRC-32.
        numbers: window: start and size. zip: start of the local header, packed size, size, CRC-32
            and method. Packings: size once unpacked, -1 when unknown. 7z: number of the stream and
            size of the file. checked: start, size and CRC-32.
        texts: of parts: their numbers, as written.
    """

    kind: str
    numbers: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()

    def __str__(self) -> str:
        values = (*map(str, self.numbers), *self.texts)
        return " ".join((self.kind, *values))


PACKINGS = ("gz", "bz2", "xz", "zst")
_SIZE_AT = {"window": 1, "checked": 1, "zip": 2}
SEVEN_ZIP = "7z"
"""A stream of a 7z file; most hold many members."""


def parse_moves(step: str) -> tuple[Move, ...]:
    """Return the moves of a step as `step_of` wrote it."""
    found = []
    for move in step.split(","):
        kind, *values = move.split(" ")
        if kind == "parts":
            found.append(Move(kind, texts=tuple(values)))
        else:
            found.append(Move(kind, tuple(map(int, values))))
    return tuple(found)


def step_of(*moves: Move) -> str:
    """Return a step as text.

    >>> parse_moves(step_of(Move("gz", (-1,)), Move("window", (512, 9))))[1]
    Move(kind='window', numbers=(512, 9), texts=())
    """
    return ",".join(map(str, moves))


def inside(raw: bytes, step: str) -> bytes:
    """Return the place of a member of the archive at a place."""
    return raw + _STEP + step.encode()


def is_inside(raw: bytes) -> bool:
    """Tell whether a place is in an archive."""
    return _STEP in raw


def split_place(raw: bytes) -> tuple[bytes, tuple[Move, ...]]:
    """Return the path on the disk, and all moves from there."""
    path, *steps = raw.split(_STEP)
    return path, tuple(move for step in steps for move in parse_moves(step.decode()))


def on_disk(raw: bytes) -> bytes:
    """Return the path on the disk of a file, or of the archive it lies in.

    >>> on_disk(inside(b"/a.zip", "gz 3"))
    b'/a.zip'
    """
    return raw.partition(_STEP)[0]


def size_inside(raw: bytes) -> int:
    """Return the size of a member, as its place tells it.

    >>> size_inside(inside(b"/a.tar", "window 512 9"))
    9
    """
    kind, numbers, _ = split_place(raw)[1][-1]
    return numbers[_SIZE_AT[kind]] if kind in _SIZE_AT else numbers[0]


def archives_above(raw: bytes) -> Iterator[bytes]:
    """Yield the places of the archives that a place is in, the innermost first."""
    while _STEP in raw:
        raw = raw.rpartition(_STEP)[0]
        yield raw


def whole_of(raw: bytes) -> bytes:
    """Return the place of an archive, the same for each of its parts."""
    path, slash, last = raw.rpartition(b"/")
    known = archive_name(text_of(last)) if _STEP not in raw else None
    if known is None or not known.part:
        return raw
    return path + slash + last[: len(known.whole.encode("utf-8", "surrogateescape"))]


def part_paths(first: bytes, numbers: tuple[str, ...]) -> list[bytes]:
    """Return the paths of all parts, given that of the first."""
    head = first[: len(first) - len(numbers[0])]
    return [head + number.encode() for number in numbers]


def is_solid(raw: bytes) -> bool:
    """Tell whether what lies before it in an archive has to be unpacked to reach a member.

    >>> is_solid(inside(b"/a.tar.gz", "gz -1,window 512 9")), is_solid(inside(b"/a.gz", "gz 9"))
    (True, False)
    """
    return is_inside(raw) and moves_to_stream(split_place(raw)[1]) > 0


def moves_to_stream(moves: tuple[Move, ...]) -> int:
    """Return how many moves lead to the last compressed whole that a member lies within.

    0 when the member can be read by its offset, be it compressed itself.
    """
    for index in range(len(moves) - 1, 0, -1):
        before = moves[index - 1]
        if before.kind in (*PACKINGS, SEVEN_ZIP) or (
            before.kind == "zip" and before.numbers[-1] != 0
        ):
            return index
    return 0
