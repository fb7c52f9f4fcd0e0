"""Refuses labels of which another one of the same place says otherwise: `a.json`, `a.dcm.json`."""

import sqlite3
from collections.abc import Sequence

from hnp_etl.labels.agreement import agreed
from hnp_etl.reading.sealed import unpack_label
from hnp_etl.state.database import write_many
from hnp_shared.vocabulary import Reason

WHAT = "another label of the same image says otherwise"

# A label that stayed alone and would be an image's by its place, if that image had none. A number
# behind a name, `scan.001`, belongs to it: `scan.json` is no label of that image.
_RIVALS = """
WITH lonely AS MATERIALIZED (
    SELECT id, short_folder_key, short_trunk_key FROM file WHERE kind = 'label' AND early IS NULL
    AND id NOT IN (SELECT label FROM pair)
)
SELECT pair.image, pair.label, lonely.id FROM pair JOIN file ON file.id = pair.image
JOIN lonely ON lonely.short_folder_key = file.folder_key
UNION SELECT pair.image, pair.label, lonely.id FROM pair JOIN file ON file.id = pair.image
JOIN lonely ON lonely.short_trunk_key = file.trunk_key
"""


def rivals(state: sqlite3.Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Return the labels that must agree for some files, be these images or labels."""
    asked = set(numbers)
    groups = (set(row) for row in state.execute(_RIVALS))
    return frozenset(each for group in groups if group & asked for each in group)


def refuse_conflicts(state: sqlite3.Connection) -> None:
    """Refuse every label that another one of its image contradicts."""
    refused = set[int]()
    for _, label, rival in state.execute(_RIVALS).fetchall():
        found = state.execute("SELECT facts FROM label WHERE id IN (?, ?)", (label, rival))
        said = [unpack_label(facts) for (facts,) in found if facts is not None]
        if len(said) > 1 and agreed(said) is None:
            refused |= {label, rival}
    write_many(
        state,
        f"UPDATE label SET facts = NULL, refusal = '{Reason.FIELD_CONFLICT}', detail = '{WHAT}' "
        "WHERE id = ?",
        ((number,) for number in sorted(refused)),
    )
