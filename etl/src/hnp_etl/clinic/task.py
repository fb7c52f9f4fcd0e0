"""What is written of one series, as one record for both documents."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hnp_etl.clinic.sources import SourceImage
from hnp_etl.clinic.subjects import Subject
from hnp_etl.clinic.uids import derived_uid

MARK = "RESEARCH USE ONLY"
"""In the Series Description, the report's text and the picture: nobody takes it for a finding."""

MANUFACTURER = "HNP"
MODEL = "hnp-etl attach"

REPORT, CAPTURE = "report", "capture"


@dataclass(frozen=True, slots=True)
class Made:
    """Of what and when documents are made.

    Attributes:
        weights_sha256: of the model.
        dataset_id: of the data set that was judged.
        day: YYYYMMDD, the date of the documents.
        version: of this program.
    """

    weights_sha256: str
    dataset_id: str
    day: str
    version: str


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One series.

    Attributes:
        images: sources of the subject's slices, in the same order.
        maps: digests of the maps drawn, in the same order; "" for none.
    """

    subject: Subject
    images: Sequence[SourceImage]
    maps: Sequence[str]
    made: Made

    @property
    def first(self) -> Any:  # noqa: ANN401  # a pydicom data set
        """The header that patient and study are copied from."""
        return self.images[0].header

    @property
    def content(self) -> str:
        """Digest of all that is said, and of whom, whatever the day."""
        said = [repr(tuple(each)) for each in self.subject.slices]
        about = [f"{each.header.SOPInstanceUID} {each.frame}" for each in self.images]
        made = (self.made.weights_sha256, self.made.dataset_id, self.made.version)
        text = "\0".join([self.subject.series_id, *made, *said, *about, *self.maps])
        return hashlib.sha256(text.encode()).hexdigest()

    def uid(self, *role: str) -> str:
        """Return the UID of a part of what is written."""
        return derived_uid("hnp-etl attach", self.content, self.made.day, *role)

    def file_name(self, role: str) -> str:
        """Return the name of a document: the same content has it on any day."""
        return f"{self.subject.series_id}-{self.content[:16]}-{role}.dcm"

    def references(self) -> list[tuple[str, str]]:
        """Return class and instance UID of every source image, each once, sorted."""
        found = {(f"{e.header.SOPClassUID}", f"{e.header.SOPInstanceUID}") for e in self.images}
        return sorted(found)
