"""Whether a ledger and a manifest tell of the same slices. Pure."""

import pyarrow as pa
import pyarrow.compute as pc

from hnp_shared.vocabulary import State


def same_slices(manifest: pa.Table, ledger: pa.Table) -> bool:
    """Tell whether the ledger names every slice, but those of files with several frames."""
    accepted = ledger.filter(pc.equal(ledger.column("state"), State.ACCEPTED))
    named = accepted.column("slice_id").drop_null().to_pylist()
    of_several = accepted.num_rows - len(named)
    lone = manifest.filter(pc.is_null(manifest.column("frame"))).column("slice_id").to_pylist()
    ids = set(manifest.column("slice_id").to_pylist())
    known, rest = set(named), len(ids) - len(named)
    if len(known) != len(named) or not set(lone) <= known <= ids:
        return False
    return rest >= 2 * of_several and (of_several > 0 or rest == 0)
