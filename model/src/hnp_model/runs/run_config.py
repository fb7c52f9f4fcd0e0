"""config.json of a run: all that is needed to use its weights and to say where they come from."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hnp_model.data.tabular import FEATURES, Standardisation
from hnp_model.measures.calibration import METHOD, Calibration
from hnp_model.settings import FitSettings
from hnp_model.splits.guard import Leakage
from hnp_model.splits.split_facts import SplitFacts
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError

FORMAT = "hnp-run 1"


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Which data set; ``confirmed``: a person has checked the recipe's codes and units."""

    dataset_id: str
    pixels_id: str
    recipe: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class FitResult:
    """What was settled on the validation part with the best weights.

    Attributes:
        best_epoch: from 1.
        thresholds: unit -> probability from which on a row is called positive.
        calibration: from the network's logit to a calibrated one.
    """

    best_epoch: int
    thresholds: Mapping[str, float]
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The content of config.json; ``result`` is None until the fit is done."""

    settings: FitSettings
    data: DataFacts
    split: SplitFacts
    leakage: Leakage
    image_size: tuple[int, int]
    standardisation: Standardisation
    versions: Mapping[str, str]
    result: FitResult | None = None

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
        content["standardisation"]["features"] = FEATURES
        if self.result:
            content["result"]["calibration"]["method"] = METHOD
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        return text.encode() + b"\n"


def describe_dataset(info: DatasetInfo) -> DataFacts:
    """Return what a run remembers of a data set."""
    return DataFacts(
        info.dataset_id,
        info.pixels_id,
        str(info.recipe.get("name", "unnamed")),
        info.recipe.get("confirmed") is True,
    )


def parse_config(content: bytes) -> RunConfig:
    """Return the record of a config.json.

    Raises:
        InputError: it is not one, or of another format.
    """
    try:
        found = json.loads(content)
        if found["format"] != FORMAT:
            raise InputError(f"the run has format {found['format']!r}, expected {FORMAT!r}")
        standardisation = found["standardisation"]
        return RunConfig(
            settings=FitSettings(**found["settings"]),
            data=DataFacts(**{name: found[name] for name in DataFacts.__dataclass_fields__}),
            split=SplitFacts(**found["split"]),
            leakage=Leakage(**found["leakage"]),
            image_size=(int(found["image_size"][0]), int(found["image_size"][1])),
            standardisation=Standardisation(
                tuple(map(float, standardisation["mean"])),
                tuple(map(float, standardisation["deviation"])),
            ),
            versions=dict(found["versions"]),
            result=_parse_result(found["result"]),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise InputError("config.json is damaged or was not written by hnp-train fit") from error


def _parse_result(found: dict[str, Any] | None) -> FitResult | None:
    if found is None:
        return None
    line = found["calibration"]
    thresholds = {str(unit): float(value) for unit, value in found["thresholds"].items()}
    calibration = Calibration(float(line["intercept"]), float(line["slope"]))
    return FitResult(int(found["best_epoch"]), thresholds, calibration)
