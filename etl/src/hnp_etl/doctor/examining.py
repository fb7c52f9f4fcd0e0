"""All that is looked at, in its order."""

from collections.abc import Iterator
from pathlib import Path

from hnp_etl.doctor.decoders import examine_decoders
from hnp_etl.doctor.finding import Finding
from hnp_etl.doctor.machine import examine_machine
from hnp_etl.doctor.packages import examine_packages
from hnp_etl.doctor.place import examine_place


def examine(folder: Path | None) -> Iterator[Finding]:
    """Yield every finding.

    Args:
        folder: where a data set would lie; the system's temporary place when None.

    Raises:
        OutputError: it lies in a data set or a private folder.
    """
    yield from examine_packages()
    yield from examine_decoders()
    yield from examine_machine()
    yield from examine_place(folder)
