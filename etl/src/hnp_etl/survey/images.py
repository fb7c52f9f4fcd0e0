"""What kinds of images there are, which would be taken, and whose they are. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from hnp_etl.choosing.choose import chosen_label, header_refusals
from hnp_etl.choosing.classify import Decision, classify
from hnp_etl.descriptions.legible import shown_text
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.labels.label import LabelFacts
from hnp_etl.protocols.acquisitions import Acquisitions, Tally
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Identity, Recipe
from hnp_etl.survey.code_pattern import Cells
from hnp_etl.survey.masking import shown_place
from hnp_shared.vocabulary import Reason

FROM_STUDY = "study"

_ORDER = {str(reason): place for place, reason in enumerate(Reason, 1)}

_IDS = ("study_uid", "series_uid", "sop_uid", "patient_id", "space_uid")
_OFFSETS = ("body_offset", "pixel_offset", "pixel_length")
_PLACES = frozenset([*_IDS, "position_mm", *_OFFSETS, "frame", "per_frame"])
_TELLING = attrgetter(*(name for name in HeaderFacts._fields if name not in _PLACES))
"""What does not differ from slice to slice of a series, and so tells the kind of many at once."""

_ACQUIRED = {
    "echo_time_ms": "echo_time_ms",
    "repetition_time_ms": "repetition_time_ms",
    "slice_thickness_mm": "slice_thickness_mm",
    "field_strength_t": "field_strength_t",
    "source_rows": "rows",
    "source_cols": "columns",
    "vendor": "vendor",
}
"""Columns of a protocol that a header alone tells -> its fact."""

Kind = tuple[str, str, str, str, str, str]
"""Series text as shown, plane and what told it, weighting and what told it, outcome."""


MOST_TEXTS = 10_000
"""Different series texts that are kept for a private page."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One image: its header, its label if it has one.

    Attributes:
        label: a reason when it was refused, None without one.
    """

    hospital: str
    procedure: str | None
    facts: HeaderFacts
    label: LabelFacts | Reason | None


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """Images with one series text that look alike.

    Attributes:
        outcome: `wanted`, or the reason that the header gives.
    """

    text: str
    plane: str
    plane_from: str
    weighting: str
    weighting_from: str
    outcome: str
    images: int
    series: int


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Where the patient value of a hospital may come from, over wanted slices with a label.

    Attributes:
        label, dicom, study: slices that have the value; values of these likewise.
        agreeing: slices in which label and header say the same.
        source: what a build would take.
    """

    hospital: str
    slices: int
    label: int
    dicom: int
    study: int
    label_values: int
    dicom_values: int
    study_values: int
    agreeing: int
    source: str


@dataclass(slots=True)
class _Person:
    slices: int = 0
    agreeing: int = 0
    present: Counter[str] = field(default_factory=Counter)
    values: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class ImageTally:
    """Counts over images, as they are met.

    Attributes:
        cells: of wanted slices with a sound label.
        procedures: of wanted slices.
        acquired: wanted slices by hospital, column of a protocol and value.
        refused: labels of wanted slices that are none: NO_LABEL or LABEL_REJECTED.
        texts: series texts as they are, which only a private page may show; the first ones met.
    """

    kinds: Counter[Kind] = field(default_factory=Counter)
    series: dict[Kind, set[str]] = field(default_factory=dict)
    cells: Counter[Cells] = field(default_factory=Counter)
    examples: dict[Cells, LabelFacts] = field(default_factory=dict)
    procedures: Counter[str | None] = field(default_factory=Counter)
    acquired: Tally = field(default_factory=Counter)
    refused: Counter[Reason] = field(default_factory=Counter)
    people: dict[str, _Person] = field(default_factory=dict)
    texts: Counter[str] = field(default_factory=Counter)

    @property
    def wanted(self) -> int:
        """Images that the header lets pass."""
        return sum(count for kind, count in self.kinds.items() if kind[-1] == "wanted")

    @property
    def acquisitions(self) -> Acquisitions:
        """How wanted slices were acquired."""
        return Acquisitions.of(self.acquired)

    def rows(self) -> list[SeriesRow]:
        """Return the kinds of images, wanted ones first, then the most frequent."""
        found = [
            SeriesRow(*kind, count, len(self.series[kind])) for kind, count in self.kinds.items()
        ]
        return sorted(
            found, key=lambda row: (_ORDER.get(row.outcome, 0), -row.images, row.text, row.plane)
        )

    def identity(self, rule: Identity) -> list[IdentityRow]:
        """Return by hospital where patient values may come from."""
        return [_identity_row(name, each, rule) for name, each in sorted(self.people.items())]

    def outcomes(self, label: Label) -> Mapping[str, int]:
        """Return what a build would make of the images, short of decoding them."""
        found = Counter[str]()
        for kind, count in self.kinds.items():
            if kind[-1] != "wanted":
                found[kind[-1]] += count
        found.update({str(reason): count for reason, count in self.refused.items()})
        for cells, count in self.cells.items():
            chosen = chosen_label(self.examples[cells], label)
            found[str(chosen) if isinstance(chosen, Reason) else "accepted"] += count
        return dict(sorted(found.items(), key=lambda item: _ORDER.get(item[0], 0)))


def tally_images(images: Iterable[Seen], recipe: Recipe) -> ImageTally:
    """Count images by kind, and wanted ones by their label and by whose they are."""
    tally = ImageTally()
    known: dict[object, Kind] = {}  # headers differ far less than images do
    for seen in images:
        facts = seen.facts
        kind = known.get(telling := _TELLING(facts)) or known.setdefault(
            telling, _kind(facts, recipe)
        )
        tally.kinds[kind] += 1
        if facts.series_text in tally.texts or len(tally.texts) < MOST_TEXTS:
            tally.texts[facts.series_text] += 1
        tally.series.setdefault(kind, set()).add(facts.series_uid or "")
        if kind[-1] == "wanted":
            _add_wanted(tally, seen)
    return tally


def _kind(facts: HeaderFacts, recipe: Recipe) -> Kind:
    look = classify(facts, recipe.selection.max_tilt_deg)
    reason = next(iter(header_refusals(facts, look, recipe)), None)
    outcome = "wanted" if reason is None else str(reason)
    text = shown_text(facts.series_text)
    return (text, *_told(look.plane), *_told(look.weighting), outcome)


def _told(told: Decision | None) -> tuple[str, str]:
    return ("?", "-") if told is None else (str(told.value), told.source)


def _add_wanted(tally: ImageTally, seen: Seen) -> None:
    tally.procedures[seen.procedure] += 1
    for column, fact in _ACQUIRED.items():
        tally.acquired[shown_place(seen.hospital), column, getattr(seen.facts, fact)] += 1
    label = seen.label
    if label is None or isinstance(label, Reason):
        tally.refused[Reason.NO_LABEL if label is None else Reason.LABEL_REJECTED] += 1
        return
    tally.cells[label.cells] += 1
    tally.examples.setdefault(label.cells, label)
    person = tally.people.setdefault(seen.hospital, _Person())
    said = {
        "label": label.patient,
        "dicom": seen.facts.patient_id,
        FROM_STUDY: seen.facts.study_uid,
    }
    person.slices += 1
    person.agreeing += said["label"] is not None and said["label"] == said["dicom"]
    for source, value in said.items():
        if value is not None:
            person.present[source] += 1
            person.values.setdefault(source, set()).add(value)


def _identity_row(hospital: str, person: _Person, rule: Identity) -> IdentityRow:
    present, total = person.present, person.slices
    source = next((each for each in rule.patient if present[each] == total), FROM_STUDY)
    distinct = {name: len(values) for name, values in person.values.items()}
    return IdentityRow(
        hospital,
        total,
        present["label"],
        present["dicom"],
        present[FROM_STUDY],
        distinct.get("label", 0),
        distinct.get("dicom", 0),
        distinct.get(FROM_STUDY, 0),
        person.agreeing,
        source,
    )
