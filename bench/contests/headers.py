"""Header passes: every image of the tree is looked at, none is kept."""

from bench.place import PROGRAMS, Place, warm
from bench.record import NOTHING_ACCEPTED, Contest, Row, Run
from bench.tree import IMAGES_FOLDER, make_tree

NAME = "headers"
RECIPE = 'name = "bench-headers"\nconfirmed = true\n[selection]\nweighting = "STIR"\n'
"""Nothing in the tree is STIR: all headers are read and judged, no pixel is."""

ROWS = (
    Row(
        name="header pass against `imgtools index` of med-imagetools",
        contest=NAME,
        ours="hnp-etl, nothing chosen",
        theirs=("imgtools index",),
        bound="faster",
        target=6.0,
        limit="one open and one read a file",
    ),
    Row(
        name="header pass against `dicom-csv`",
        contest=NAME,
        ours="hnp-etl, nothing chosen",
        theirs=("dicom-csv",),
        bound="faster",
        target=6.0,
        limit="one open and one read a file",
    ),
    Row(
        name="header pass against its floor",
        contest=NAME,
        ours="hnp-etl, nothing chosen",
        theirs=("open + read 16 KiB",),
        bound="cost",
        target=4.0,
        limit="1.0: two processes that open and read 16 KiB of every file",
    ),
)


def contest(place: Place) -> Contest:
    """Give all the same folder of images."""
    folder = place.tree / "src" / IMAGES_FOLDER
    recipe = place.scratch / "headers.toml"
    index, table = place.scratch / "index", place.scratch / "dicom.csv"

    def prepare() -> None:
        make_tree(place.tree, place.sizes.patients, place.sizes.side)
        recipe.write_text(RECIPE, encoding="utf-8")
        warm(folder)

    ours = place.build_command(folder, "headers", "--recipe", recipe)
    imgtools = ("imgtools", "index", "--dicom-dir", folder, "--output-dir", index, "--n-jobs", "2")
    return Contest(
        NAME,
        (
            Run(
                ("hnp-etl, nothing chosen",),
                ours,
                before=place.emptied("headers", "headers.private"),
                status=NOTHING_ACCEPTED,
            ),
            Run(
                ("open + read 16 KiB",), (PROGRAMS / "floor.py", place.tree, f"src/{IMAGES_FOLDER}")
            ),
            Run(
                ("imgtools index",),
                (*imgtools, "--force"),
                "headers",
                before=place.emptied("index"),
            ),
            Run(("dicom-csv",), ("dicom-csv", folder, table), "headers"),
        ),
        prepare=prepare,
        profile=place.profiled_build(folder, "--recipe", recipe, status=NOTHING_ACCEPTED),
    )
