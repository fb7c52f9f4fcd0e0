"""What changed since an older data set, in counts."""

from collections import Counter

from hnp_etl.datasets.difference import compare
from hnp_shared.dataset import Dataset


def changes(old: Dataset, new: Dataset) -> dict[str, object]:
    """Return how many slices and files differ, and why.

    Raises:
        InputError: the ids were made with different keys, or a table is unusable.
    """
    found = compare(old, new)
    counts = Counter((row.hospital, row.change, row.cause.value) for row in found.rows)
    return {
        "old": found.old.dataset_id,
        "slices": found.slices,
        "counts": {
            change: found.counts().get(change, 0) for change in ("added", "removed", "changed")
        },
        "rows": [[*key, count] for key, count in sorted(counts.items())],
        "files": [[each.kind, each.before, each.after, each.files] for each in found.files],
    }
