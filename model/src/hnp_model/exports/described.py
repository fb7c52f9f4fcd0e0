"""What an exported file says of itself, in its metadata: how it is fed, what its numbers mean."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_model.exports.whole_model import PIXEL_SIZES, inputs_of
from hnp_model.fitting.framing import FRAME_MM, FRAME_SIDE, FRAMED
from hnp_model.measures.calibration import Calibration
from hnp_model.measures.unit_calibration import UnitCalibration
from hnp_model.measures.units import UNITS
from hnp_model.report.card_words import DISCLAIMER
from hnp_model.report.configuration import model_name
from hnp_model.runs.calibrations import Calibrations
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.typed_record import DAMAGED_JSON, parse_record
from hnp_shared.errors import InputError
from hnp_shared.plain_json import plain_json

FORMAT = "hnp-export 1"
METADATA_KEY = "hnp"
CARD_KEY = "card"
MOST_METADATA = 2**20
"""Characters of each; a card has twenty thousand."""

CLASSES = ("not herniated", "herniated")
SEXES = {"F": 0, "M": 1}
OUTPUTS = ("logit", "probability", "probability_calibrated")

_MOST_TOLD = 200
"""Characters of a text that is shown."""

_LARGEST_SIDE = 4_096
_MOST_CHANNELS = 99
_MOST_NUMBERS = 1_000


@dataclass(frozen=True, slots=True)
class Parity:
    """How the file was compared with its run.

    Attributes:
        slices: of val that both have judged.
        batch_sizes: in which they came.
        largest_difference: between two logits of a slice.
    """

    slices: int
    batch_sizes: tuple[int, ...]
    largest_difference: float


@dataclass(frozen=True, slots=True)
class Described:
    """The content of the metadata.

    Attributes:
        model: how the card calls it.
        research_only: what it must not be used as.
        pixels_id: which arrays it takes: made by this recipe and no other.
        dataset_id: what it was trained on.
        image_size: rows and columns of each picture.
        channels: pictures of each slice, itself in the middle; 0: it looks at none.
        frame_mm: side of the middle square that is seen; None: all of the picture.
        frame_side: pixels along each side of what is seen; None: as stored.
        usual_pixel_mm: what stands for an unknown size of pixels, row and column.
        numbers: what else it takes of each slice, columns of the manifest, in their order.
        sexes: code of each, in ``numbers``.
        classes: what 0 and 1 mean.
        label_codes: what the recipe made of each code.
        standardisation: of the numbers, as they were in train.
        thresholds: unit -> probability from which on a row is called positive.
        calibration: line from the logit of a slice to a calibrated one; in the graph already.
        unit_calibrations: of a disc's mean and a patient's largest probability.
        weights_sha256: of the run's model.safetensors.
        opset: of the graph.
        versions: package -> version that it was trained with.
        parity: how it was compared.
    """

    model: str
    research_only: str
    pixels_id: str
    dataset_id: str
    image_size: tuple[int, int]
    channels: int
    frame_mm: float | None
    frame_side: int | None
    usual_pixel_mm: tuple[float, float] | None
    numbers: tuple[str, ...]
    sexes: Mapping[str, int]
    classes: tuple[str, str]
    label_codes: Mapping[str, str] | None
    standardisation: Standardisation
    thresholds: Mapping[str, float]
    calibration: Calibration
    unit_calibrations: Mapping[str, UnitCalibration] | None
    weights_sha256: str
    opset: int
    versions: Mapping[str, str]
    parity: Parity

    def __post_init__(self) -> None:
        sides = all(0 < side <= _LARGEST_SIDE for side in self.image_size)
        fed = 0 <= self.channels <= _MOST_CHANNELS and len(self.numbers) <= _MOST_NUMBERS
        known = set(self.thresholds) == set(UNITS)
        if not sides or not fed or not known or not (self.channels or self.numbers):
            raise ValueError("expected what hnp-train export can write")
        ids = (self.pixels_id, self.dataset_id, self.weights_sha256)
        told = (self.model, self.research_only, *ids, *self.numbers)
        if any(not text.isprintable() or len(text) > _MOST_TOLD for text in told):
            raise ValueError("expected texts that a screen can show")
        if self._about_person[: len(FEATURES)] not in (FEATURES, ()):
            raise ValueError("expected the four usual numbers first")

    @property
    def _about_person(self) -> tuple[str, ...]:
        sizes = bool(self.frame_mm) and self.numbers[-len(PIXEL_SIZES) :] == PIXEL_SIZES
        return self.numbers[: -len(PIXEL_SIZES)] if sizes else self.numbers

    @property
    def further(self) -> tuple[str, ...]:
        """Its numbers beside the four usual ones and the sizes of pixels."""
        return self._about_person[len(FEATURES) :]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name of each input of the graph -> its shape without the slices."""
        shapes = {"images": (self.channels, *self.image_size), "numbers": (len(self.numbers),)}
        return {name: shape for name, shape in shapes.items() if shape[0]}

    def rows(self) -> list[tuple[str, str]]:
        """Return what a table shows of it."""
        pictures = f"{self.channels} x {self.image_size[0]} x {self.image_size[1]}"
        return [
            ("model", self.model),
            ("pictures of a slice", pictures if self.channels else "none"),
            ("numbers of a slice", ", ".join(self.numbers) or "none"),
            ("pixels_id", self.pixels_id),
            ("weights", self.weights_sha256),
            ("opset", str(self.opset)),
        ]

    def to_json(self) -> str:
        """Return the text that the metadata hold."""
        content = {"format": FORMAT, "inputs": self.shapes, "outputs": OUTPUTS, **asdict(self)}
        return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)


def describe(
    config: RunConfig, weights_sha256: str, units: Calibrations | None, opset: int, parity: Parity
) -> Described:
    """Return what the file of a run says of itself."""
    inputs = inputs_of(config)
    result = config.settled()
    framed = config.settings.model in FRAMED and inputs.channels > 0
    return Described(
        model=model_name(config.settings),
        research_only=DISCLAIMER.strip("*"),
        pixels_id=config.data.pixels_id,
        dataset_id=config.data.dataset_id,
        image_size=config.image_size,
        channels=inputs.channels,
        frame_mm=FRAME_MM if framed and config.pixel_mm else None,
        frame_side=min(FRAME_SIDE, *config.image_size) if framed else None,
        usual_pixel_mm=config.pixel_mm if framed else None,
        numbers=inputs.numbers,
        sexes=SEXES,
        classes=CLASSES,
        label_codes=config.data.label_codes,
        standardisation=config.standardisation,
        thresholds=result.thresholds,
        calibration=result.calibration,
        unit_calibrations=units.units if units else None,
        weights_sha256=weights_sha256,
        opset=opset,
        versions=config.versions,
        parity=parity,
    )


def parse_description(text: str) -> Described:
    """Return the record of a file's metadata.

    Raises:
        InputError: they are damaged, or of another format.
    """
    if len(text) > MOST_METADATA:
        raise InputError("the metadata of the file are larger than hnp-train export writes")
    try:
        found = plain_json(text)
        if found["format"] != FORMAT:
            raise InputError(f"the file has another format, expected {FORMAT!r}")
        described = parse_record(Described, found)
        _refuse_contradiction(described, found)
    except DAMAGED_JSON as error:
        raise InputError(
            "the metadata of the file are damaged or were not written by hnp-train export"
        ) from error
    return described


def _refuse_contradiction(described: Described, found: Mapping[str, object]) -> None:
    """Refuse metadata that another program would feed, or read, otherwise than we do."""
    about_graph = {name: list(shape) for name, shape in described.shapes.items()}
    if found["inputs"] != about_graph or found["outputs"] != list(OUTPUTS):
        raise ValueError("expected the inputs and outputs of the graph")
    if described.classes != CLASSES or described.sexes != SEXES:
        raise ValueError("expected the classes and codes of hnp-train export")
