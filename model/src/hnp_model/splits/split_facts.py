"""What a run and a report remember of a split file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from hnp_shared.splits import Split


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """Which split: its file's name, the digest of what it says, and its comment lines."""

    file: str
    digest: str
    unit: str
    facts: Mapping[str, str]


def describe_split(file_name: str, split: Split) -> SplitFacts:
    """Return what a run remembers of a split file, whatever fold it uses."""
    said = json.dumps([split.unit, sorted(split.parts.items())])
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    return SplitFacts(file_name, digest, split.unit, dict(split.facts))
