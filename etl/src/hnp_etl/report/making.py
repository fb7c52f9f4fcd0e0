"""Makes a report: one file that needs no server and no network, and names nobody."""

from dataclasses import dataclass
from pathlib import Path

from hnp_etl.protocols.loading import load_protocol
from hnp_etl.report.contents import content_of
from hnp_etl.report.wording import wording
from hnp_etl.report.writing import render
from hnp_shared.dataset import open_dataset, open_named
from hnp_shared.languages import LANGUAGES
from hnp_shared.places import refuse_place
from hnp_shared.storage import replace_file


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asks for.

    Attributes:
        out: the data set.
        file: the page.
        against: an older data set to compare with.
        force: write over a file that exists.
        language: of the words, one of `LANGUAGES`.
        protocol: a file, or a data set to be like, that acquisition is held against.
    """

    out: Path
    file: Path
    against: Path | None = None
    force: bool = False
    language: str = LANGUAGES[0]
    protocol: Path | None = None


def make_report(asked: Asked) -> int:
    """Write the report; return its bytes.

    Raises:
        InputError: no data set, no slices, or both data sets cannot be compared.
        OutputError: the file exists, or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_place(asked.file, force=asked.force)
    against = open_named("--against", asked.against) if asked.against else None
    words = wording(asked.language)
    protocol = load_protocol(asked.protocol) if asked.protocol else None
    page = render(content_of(open_dataset(asked.out), against, words, protocol), words)
    replace_file(asked.file, lambda sink: sink.write(page), role="the report")
    return len(page)
