"""Meeting files: the walk of a build against `find`."""

from pathlib import Path

from bench.place import PROGRAMS, Place
from bench.record import Contest, Row, Run

NAME = "walk"
FILES_A_FOLDER = 1_000

ROWS = (
    Row(
        name="walk of a large tree against find that prints the same facts",
        contest=NAME,
        ours="walk",
        theirs=("find -printf",),
        bound="cost",
        target=1.5,
        limit="one stat a file",
    ),
)


def contest(place: Place) -> Contest:
    """Both tell size, times and inode of every file; `find` is also timed without them."""
    folder = place.scratch / "walked"
    facts = "%p %y %s %T@ %C@ %i\\n"
    return Contest(
        NAME,
        (
            Run(("walk",), (PROGRAMS / "walk.py", folder)),
            Run(("find -printf",), ("find", folder, "-printf", facts)),
            Run(("find, names only",), ("find", folder)),
        ),
        prepare=lambda: make_empty_files(folder, place.sizes.walked),
        profile=Run(("profile",), (PROGRAMS / "walk.py", folder)),
    )


def make_empty_files(folder: Path, count: int) -> None:
    """Write so many empty files, unless they are there."""
    done = folder.with_suffix(".count")
    if done.exists() and done.read_text() == str(count):
        return
    for number in range(count):
        if number % FILES_A_FOLDER == 0:
            below = folder / f"H{number // FILES_A_FOLDER % 6 + 1:02d}" / "C004" / f"{number:07d}"
            below.mkdir(parents=True, exist_ok=True)
        (below / f"{number:07d}.dcm").touch()
    done.write_text(str(count))
