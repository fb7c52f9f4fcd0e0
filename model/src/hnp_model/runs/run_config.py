"""config.json of a run: all that is needed to use its weights and to say where they come from."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hnp_model.data.profile import Profile
from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_model.measures.attention import Attention
from hnp_model.measures.calibration import METHOD, Calibration
from hnp_model.measures.disc_pooling import Pooling
from hnp_model.measures.units import UNITS
from hnp_model.runs.typed_record import DAMAGED_JSON, parse_record
from hnp_model.runs.val_facts import ValFacts
from hnp_model.settings.fit import FitSettings
from hnp_model.splits.guard import Leakage
from hnp_model.splits.split_facts import SplitFacts
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError
from hnp_shared.plain_json import plain_json

FORMAT = "hnp-run 2"

EARLIER_FORMAT = "hnp-run 1"
"""Its compact network is `compact-1` now."""

_STEEPEST = 1e100
"""Beyond this, calibrated logits overflow."""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which data set, and what its labels mean.

    Runs of older versions do not know what is None here.

    Attributes:
        dataset_id: hash of its manifest, which all that follows goes into.
        pixels_id: what its images were made by.
        recipe: name of the recipe.
        confirmed: whether a person has checked the recipe's codes and units.
        key_id: which key its pseudonyms were made with.
        label_codes: what the recipe makes of each code.
        canal_quantity: `width` or `area`.
        canal_unit: of what labels say; the data set's canals are in mm or mm2.
    """

    dataset_id: str
    pixels_id: str
    recipe: str
    confirmed: bool
    key_id: str | None = field(default=None, compare=False)
    label_codes: Mapping[str, str] | None = field(default=None, compare=False)
    canal_quantity: str | None = field(default=None, compare=False)
    canal_unit: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class FitResult:
    """What was settled on the validation part with the best weights.

    Attributes:
        best_epoch: from 1.
        thresholds: unit -> probability from which on a row is called positive.
        calibration: from the network's logit to a calibrated one.
        val: what that part was like; runs of older versions do not know.
        best_epochs: of each member; None: there is one.
        pooling: of a disc's slices, as val has chosen it; None: it was not asked.
        attention: what slices count by, where that is the pooling.
    """

    best_epoch: int
    thresholds: Mapping[str, float]
    calibration: Calibration
    val: ValFacts | None = None
    best_epochs: tuple[int, ...] | None = None
    pooling: Pooling | None = None
    attention: Attention | None = None

    def __post_init__(self) -> None:
        if set(self.thresholds) != set(UNITS):
            raise ValueError(f"expected a threshold of each of {', '.join(UNITS)}")
        if max(abs(self.calibration.intercept), abs(self.calibration.slope)) > _STEEPEST:
            raise ValueError("expected a calibration that a fit can end in")


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The content of config.json; ``result`` is None until the fit is done.

    Attributes:
        profile: what train is like; runs of older versions have none.
        pixel_mm: what stands for an unknown size of pixels, row and column, where the network sees
            a part of the picture that is measured in mm.
    """

    settings: FitSettings
    data: DataFacts
    split: SplitFacts
    leakage: Leakage
    image_size: tuple[int, int]
    standardisation: Standardisation
    versions: Mapping[str, str]
    result: FitResult | None = None
    profile: Profile | None = field(default=None, compare=False)
    pixel_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if len(self.standardisation.mean) != len(self.features):
            raise ValueError(f"expected a mean and a deviation of each of {self.features}")

    @property
    def features(self) -> tuple[str, ...]:
        """Names of all tabular inputs, in their order."""
        return (*FEATURES, *(self.settings.columns or ()))

    def settled(self) -> FitResult:
        """Return what the fit settled.

        Raises:
            InputError: it is not done.
        """
        if self.result is None:
            raise InputError(
                "the fit of this run is not done; hnp-train fit --resume goes on with it"
            )
        return self.result

    def to_json(self) -> bytes:
        """Return the file's bytes."""
        content = {"format": FORMAT, **asdict(self.data), **asdict(self)}
        del content["data"]
        if not self.leakage.studies:
            del content["leakage"]["studies"]  # as it was before anybody looked
        for name in ("pooling", "attention") if self.result else ():
            if content["result"][name] is None:
                del content["result"][name]
        content["standardisation"]["features"] = self.features
        for name in ("computed", "codes"):  # as runs from before there was a choice say it
            if getattr(self.settings, name) is None:
                del content["settings"][name]
        if self.result:
            content["result"]["calibration"]["method"] = METHOD
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        return text.encode() + b"\n"


def describe_dataset(info: DatasetInfo) -> DataFacts:
    """Return what a run remembers of a data set."""
    label = _table(info.recipe, "label")
    canal = _table(label, "canal")
    return DataFacts(
        info.dataset_id,
        info.pixels_id,
        str(info.recipe.get("name", "unnamed")),
        info.recipe.get("confirmed") is True,
        info.key_id,
        {str(code): str(meaning) for code, meaning in _table(label, "codes").items()} or None,
        str(canal["quantity"]) if "quantity" in canal else None,
        str(canal["unit"]) if "unit" in canal else None,
    )


def _table(recipe: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = recipe.get(name)
    return found if isinstance(found, dict) else {}


def parse_config(content: bytes) -> RunConfig:
    """Return the record of a config.json.

    Raises:
        InputError: it is not one, or of another format.
    """
    try:
        found = plain_json(content)
        if found["format"] == EARLIER_FORMAT:
            found = _renamed(found)
        if found["format"] != FORMAT:
            raise InputError(f"the run has another format, expected {FORMAT!r}")
        return parse_record(RunConfig, {**found, "data": found})
    except DAMAGED_JSON as error:
        raise InputError("config.json is damaged or was not written by hnp-train fit") from error


def _renamed(found: Any) -> dict[str, Any]:  # noqa: ANN401  # parsed JSON, of an earlier version
    settings = found["settings"]
    if settings["model"] == "compact":
        settings = {**settings, "model": "compact-1"}
    return {**found, "format": FORMAT, "settings": settings}
