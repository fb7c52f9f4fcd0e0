"""How many of a list's first discs have a label that a phantom has planted wrong.

    python scripts/planted_labels.py PHANTOM DATA SUSPECTS.csv [COUNT]

PHANTOM.truth.csv says which labels are wrong, and the private folder of DATA which slice is which
file. Prints precision and recall of the first COUNT discs, 50, and how much better that is than
picking at random.
"""

import csv
import json
import subprocess
import sys
from pathlib import Path

COUNT = 50


def wrong_slices(phantom: Path, data: Path) -> dict[str, bool]:
    """Return slice_id -> whether its label was planted wrong."""
    program = Path(sys.executable).parent / "hnp-etl"
    told = subprocess.run(
        [program, "link", data, "--all", "--json"], check=True, capture_output=True, text=True
    )
    with phantom.with_name(f"{phantom.name}.truth.csv").open(encoding="utf-8") as lines:
        flipped = {row["path"]: row["is_flipped"] == "1" for row in csv.DictReader(lines)}
    linked = {one["slice_id"]: one["path"].partition("/")[2] for one in json.loads(told.stdout)}
    return {slice_id: flipped[path] for slice_id, path in linked.items()}


def main(phantom: Path, data: Path, suspects: Path, count: int) -> None:
    """Print how many of the first ``count`` discs are wrong."""
    import pyarrow.parquet as pq  # noqa: PLC0415  # the help needs none

    wrong = wrong_slices(phantom, data)
    names = ("patient_id", "study_id", "level")
    table = pq.read_table(data / "manifest.parquet", columns=["slice_id", *names]).to_pylist()
    disc_of = {row["slice_id"]: tuple(str(row[name]) for name in names) for row in table}
    planted = {disc_of[slice_id] for slice_id, is_wrong in wrong.items() if is_wrong}
    with suspects.open(encoding="utf-8") as lines:
        ranked = {int(row["rank"]): disc_of[row["slice_id"]] for row in csv.DictReader(lines)}
    first = [disc for rank, disc in ranked.items() if rank <= count]
    hits = sum(disc in planted for disc in first)
    base = len(planted) / len(set(disc_of.values()))
    print(f"planted: {len(planted)} of {len(set(disc_of.values()))} discs, {100 * base:.1f} %")
    print(f"first {len(first)}: {hits} wrong, precision {hits / len(first):.2f}, ", end="")
    print(f"recall {hits / len(planted):.2f}, {hits / len(first) / base:.1f} x the base rate")


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    phantom, data, suspects = map(Path, sys.argv[1:4])
    main(phantom, data, suspects, int(sys.argv[4]) if len(sys.argv) == 5 else COUNT)
