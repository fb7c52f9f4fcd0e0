"""What does not fit in a data set, by hospital: counts, and a sentence made of them. Pure.

A notice is no fault of the data set, which keeps its promises, but a reason to look at its sources:
patients may have become one, or one patient several. Nothing here names a patient value or a path.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self


class Misfit(StrEnum):
    """What does not fit; dataset.json holds these words."""

    NOT_JOINED = "not_joined"
    JOINED = "joined"
    TOLD_BY_STUDY = "told_by_study"
    ONE_VALUE = "one_value"
    VALUE_MISSING = "value_missing"
    HOSPITALS_MIXED = "hospitals_mixed"
    STUDY_ELSEWHERE = "study_elsewhere"
    SUSPECT = "suspect"
    NO_LEVEL = "no_level"
    UNKNOWN_LEVEL = "unknown_level"
    NOT_LUMBAR = "not_lumbar"
    PASSED_OVER = "passed_over"
    TRANSITIONAL = "transitional"


SENTENCES: Mapping[str, str] = {
    Misfit.NOT_JOINED: "{values} (of {of}) share {uids}; one person would be most of the hospital, "
    "so they are not joined (flag patient_suspect): did an anonymiser write a constant?",
    Misfit.JOINED: "{values} became {patients} through {uids}",
    Misfit.TOLD_BY_STUDY: "found {values} for {studies} of both sexes or of ages over 20 years "
    "apart: each study counts as a person (flag patient_suspect)",
    Misfit.ONE_VALUE: "found {values} for {studies} (of {of}) in {folders}: is it a constant that "
    "makes many people one? [identity] patient in the recipe says where patient values come from",
    Misfit.VALUE_MISSING: "found a {source} value in {slices} (of {of}), expected all: the next "
    "source of patient values was taken for the whole hospital",
    Misfit.HOSPITALS_MIXED: "found {values} of more than one study in several of {folders} that "
    "no hospital pattern tells apart: if these are hospitals, let [layout] hospital tell them",
    Misfit.STUDY_ELSEWHERE: "found {uids} that another hospital has too: does a copy lie there? "
    "--exclude PATTERN leaves it out",
    Misfit.SUSPECT: "found {patients} of both sexes, of ages over 20 years apart or of over 20 "
    "studies (flag patient_suspect)",
    Misfit.NO_LEVEL: "found {labels} and none that names a disc (NO_LEVEL): check [label.levels] "
    "and [label.codes]",
    Misfit.UNKNOWN_LEVEL: "found {labels} that name a disc by a level or key that [label.levels] "
    "does not know, so that their images are NO_LEVEL: hnp-etl explain FILE tells which",
    Misfit.NOT_LUMBAR: "found {images} with a label that count as no lumbar spine (NOT_LUMBAR): "
    "hnp-etl explain FILE tells why",
    Misfit.PASSED_OVER: "found {labels} that tell more discs than the one that counts, by a level "
    "that [label.levels] does not know or in a list beside keys: hnp-etl explain FILE tells which",
    Misfit.TRANSITIONAL: "found {labels} that tell of L6, T13 or a transitional vertebra (flag "
    "transitional): only [label.levels] says which level a disc of these is",
}

WORDS = {
    "values": ("{source} value", "{source} values"),
    "studies": ("study", "studies"),
    "uids": ("StudyInstanceUID", "StudyInstanceUIDs"),
    "patients": ("patient", "patients"),
    "folders": ("folder", "folders"),
    "slices": ("slice", "slices"),
    "labels": ("label", "labels"),
    "images": ("image", "images"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that does not fit in one hospital.

    Attributes:
        kind: a word of `Misfit`, or one that a later minor version knows.
        source: where the patient values come from, `label`, `dicom` or `study`; empty where that
            does not matter.
        counts: name -> how many; `of` is the whole.
    """

    hospital: str
    kind: str
    source: str
    counts: Mapping[str, int]

    @property
    def sentence(self) -> str:
        """What was found, without the hospital.

        >>> counts = {"values": 6, "patients": 1, "uids": 1}
        >>> Notice("H01", "joined", "label", counts).sentence
        '6 label values became 1 patient through 1 StudyInstanceUID'
        """
        told = {name: self._counted(name, count) for name, count in self.counts.items()}
        pattern = SENTENCES.get(self.kind)
        if pattern is None:
            return f"{self.kind}: {', '.join(told.values())}"
        return pattern.format_map(_Told({**told, "source": self.source}))

    @property
    def line(self) -> str:
        """What was found and where."""
        return f"{self.hospital}: {self.sentence}"

    def to_json(self) -> dict[str, object]:
        """Return the notice as plain values, for programs and for people."""
        return {**asdict(self), "sentence": self.sentence}

    def _counted(self, name: str, count: int) -> str:
        if name not in WORDS:
            return f"{count:,}"
        return f"{count:,} {WORDS[name][count != 1].format(source=self.source).strip()}"

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Self:
        """Return the notice that dataset.json holds.

        Raises:
            KeyError: something is missing.
            TypeError, AttributeError: something is of another type.
        """
        notice = cls(*(found[field.name] for field in fields(cls)))
        texts = (notice.hospital, notice.kind, notice.source)
        if not all(isinstance(text, str) for text in texts):
            raise TypeError("notices")
        if not all(type(count) is int for count in notice.counts.values()):
            raise TypeError("notices")
        return notice


class _Told(dict[str, str]):
    """Counts in words; one that is not there, in a file that somebody changed, is unknown."""

    def __missing__(self, name: str) -> str:
        return f"? {name}"
