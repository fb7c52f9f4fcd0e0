"""What became of a plan, and what becomes of it when labels change but pixels do not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, replace

from hnp_etl.sharding.copies import Picture, settle_copies
from hnp_etl.sharding.shard_plan import PlannedSlice, ShardPlan
from hnp_shared.storage import Written
from hnp_shared.vocabulary import UNCACHED_REASONS, Reason


@dataclass(frozen=True, slots=True)
class SampleRow:
    """What one stored slice adds to the manifest; `pixel_row_mm` is that of the stored array."""

    id: int
    row: int
    sha256: str
    source_min: float
    source_max: float
    pixel_row_mm: float | None
    pixel_col_mm: float | None
    has_text: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A slice that is not in.

    Attributes:
        sha256: of its array when it is a copy of another's.
        detail: what was found where it was refused, in words; never a value.
    """

    id: int
    reason: Reason
    sha256: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What became of a plan.

    Attributes:
        plan: the plan's digest.
        file: None when no slice was usable, or nothing was to be written.
        refused: slices that are not in.
    """

    plan: str
    file: Written | None
    rows: tuple[SampleRow, ...]
    refused: tuple[Refusal, ...]

    @property
    def lasting(self) -> bool:
        """False when a refusal may come out otherwise next time."""
        return not any(each.reason in UNCACHED_REASONS for each in self.refused)

    @property
    def worth_another_try(self) -> bool:
        """Tell whether a slice could not be read, and none killed its reader."""
        reasons = {each.reason for each in self.refused}
        return Reason.UNREADABLE in reasons and Reason.CRASHED not in reasons

    def to_json(self) -> tuple[str, str]:
        """Return rows and refusals as JSON, for the private state."""
        return json.dumps([asdict(row) for row in self.rows]), json.dumps(
            [astuple(each) for each in self.refused]
        )


def verdicts(slices: Sequence[PlannedSlice], digests: Mapping[int, str]) -> dict[int, Reason]:
    """Return why slices that could be decoded do not stay, by state row; those that stay lack.

    Args:
        slices: of a plan.
        digests: state row -> sha256 of the array, of the slices that could be decoded.
    """
    decoded = [each for each in slices if each.id in digests]
    pictures = [
        Picture(
            each.patient_id, each.path, digests[each.id], each.finding, each.excluded, each.frame
        )
        for each in decoded
    ]
    settled = zip(decoded, settle_copies(pictures), strict=True)
    return {each.id: verdict for each, verdict in settled if verdict is not None}


def resettle(plan: ShardPlan, before: ShardResult) -> ShardResult | None:
    """Settle copies anew under the plan's labels; None when other slices would stay than did."""
    digests = {row.id: row.sha256 for row in before.rows}
    copies = {each.id: each.sha256 for each in before.refused if each.sha256}
    found = verdicts(plan.slices, digests | copies)
    if found.keys() != copies.keys():
        return None
    unreadable = tuple(each for each in before.refused if not each.sha256)
    settled = tuple(Refusal(number, reason, copies[number]) for number, reason in found.items())
    return replace(before, refused=(*unreadable, *settled))
