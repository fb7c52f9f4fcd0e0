"""Archives of a tree: those that are read in place, and what to do about the others. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from hnp_etl.archives.told import REMEDIES
from hnp_etl.files.forms import Form, archive_name
from hnp_etl.state.counts import ArchiveFile, OtherFile

READ = "read in place"
BESIDE = "passed over"
CLOSED = "not read"

_OTHER = re.compile(r"(?i)\.(?:alz|egg|rar)$")
_OTHER_KIND = "other (.alz, .egg, .rar)"
_ADVICE = {
    READ: "",
    BESIDE: "what they hold lies beside them, unpacked or joined, or they hold nothing",
    CLOSED: "unpack them in a copy: unar FILE",
}


@dataclass(frozen=True, slots=True)
class ArchiveRow:
    """Archives of one kind that ended alike.

    Attributes:
        outcome: `READ`, `BESIDE`, `CLOSED`, or the reason why they cannot be read.
        size: of all of them, bytes.
        advice: what to do, "" where there is nothing to do.
    """

    kind: str
    outcome: str
    files: int
    size: int
    advice: str


def find_archives(
    archives: Iterable[ArchiveFile], others: Iterable[OtherFile] = ()
) -> list[ArchiveRow]:
    """Return which archives lie in a tree.

    Args:
        archives: met, by their names.
        others: files that are neither images, labels nor archives.
    """
    found: dict[tuple[str, str], ArchiveRow] = {}
    for archive in archives:
        outcome = archive.reason or (READ if archive.read else BESIDE)
        _add(found, _kind_of(archive.path), outcome, archive.size)
    for other in others:
        if _OTHER.search(other.path):
            _add(found, _OTHER_KIND, CLOSED, other.size)
    return [row for _, row in sorted(found.items())]


def _add(found: dict[tuple[str, str], ArchiveRow], kind: str, outcome: str, size: int) -> None:
    advice = {**_ADVICE, **REMEDIES}.get(outcome, "")
    before = found.get((kind, outcome), ArchiveRow(kind, outcome, 0, 0, advice))
    row = ArchiveRow(kind, outcome, before.files + 1, before.size + size, before.advice)
    found[kind, outcome] = row


def _kind_of(path: str) -> str:
    name = archive_name(path.rpartition("/")[2])
    if name is None:
        return _OTHER_KIND
    if name.form is Form.VOLUME:
        return "zip in volumes (.z01...)"
    if name.form is Form.SINGLE:
        return "gz of one file"
    form = f"{name.form}.{name.packing}" if name.packing else str(name.form)
    return f"{form} in parts" if name.part else form
