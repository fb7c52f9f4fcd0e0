"""The recipe: everything about a data set that is a choice or a guess, checked before a run.

Defaults are the built-in `aihub-dld`; a table that is given replaces the default table.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from hnp_etl.imaging import Plane, Weighting
from hnp_etl.limits import MAX_SIDE_PIXELS, Limits
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.patterns import compiled
from hnp_etl.recipes.section import Section

ARRAY_VERSION = 1
"""Version of the pixel arithmetic; any change of a stored value raises it."""

Fraction = Annotated[float, Field(ge=0, lt=1)]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE_PIXELS)]


class Layout(Section):
    """How folder names tell what a file is; regular expressions searched in path segments."""

    image_folders: str = "원천데이터"
    label_folders: str = "라벨(링)?(데|테)이터"
    hospital: str = "(?<![A-Za-z0-9])(H0[1-6])(?![0-9])"
    procedure: str = "(?<![A-Za-z0-9])(C0(?:0[0-9]|1[01]))(?![0-9])"
    procedures: tuple[str, ...] = ("C004",)
    partitions: dict[str, str] = Field(default={"training": "(?i)train", "validation": "(?i)valid"})
    exclude: tuple[Annotated[str, Field(min_length=1)], ...] = ()

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody set: a data set's recipe, and so its bytes, stay as they were."""
        found: dict[str, Any] = plain(self)
        if not found.get("exclude"):
            found.pop("exclude", None)
        return found

    @field_validator("image_folders", "label_folders", "hospital", "procedure")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return compiled(pattern).pattern

    @field_validator("partitions")
    @classmethod
    def _all_compile(cls, partitions: dict[str, str]) -> dict[str, str]:
        unknown = set(partitions) - {"training", "validation"}
        if unknown:
            raise ValueError(f"found {sorted(unknown)}, expected training and validation")
        return {name: cls._compiles(pattern) for name, pattern in partitions.items()}


class Identity(Section):
    """Where the patient value comes from, and how far one value names one person."""

    patient: tuple[Literal["label", "dicom"], ...] = ("label", "dicom")
    scope: Literal["hospital", "all"] = "hospital"


BurnedText = Literal["flag", "reject", "keep"]


class Selection(Section):
    """Which images are wanted.

    Attributes:
        burned_text: what becomes of a slice whose kept part shows letters near an edge, which may
            be a name: it is flagged, or rejected as BURNED_IN; keep does not look.
    """

    plane: Plane = Plane.AXIAL
    weighting: Weighting = Weighting.T2
    max_tilt_deg: Annotated[float, Field(ge=0, le=90)] = 50
    fat_suppressed: Literal["reject", "keep"] = "reject"
    burned_text: BurnedText = "flag"


class Crop(Section):
    """Fractions cut off each side."""

    top: Fraction = 0.15
    bottom: Fraction = 0.15
    left: Fraction = 0.15
    right: Fraction = 0.15

    @model_validator(mode="after")
    def _something_stays(self) -> Self:
        if self.top + self.bottom >= 1 or self.left + self.right >= 1:
            raise ValueError("opposite fractions leave nothing of the image")
        return self


class Image(Section):
    """How a decoded image becomes a stored array."""

    crop: Crop = Crop()
    crop_mm: Annotated[float, Field(gt=0, le=1000, allow_inf_nan=False)] | None = None
    size: tuple[Side, Side] = (300, 300)
    scale: Literal["minmax"] = "minmax"
    dtype: Literal["float32", "uint16"] = "float32"

    @model_validator(mode="after")
    def _one_crop(self) -> Self:
        if self.crop_mm is not None and "crop" in self.model_fields_set:
            raise ValueError("give crop or crop_mm, not both")
        return self


class Recipe(Section):
    """A whole recipe."""

    name: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
    confirmed: bool = False
    layout: Layout = Layout()
    identity: Identity = Identity()
    label: Label = Field(default_factory=Label)
    selection: Selection = Selection()
    image: Image = Image()
    limits: Limits = Limits()

    def unlabelled(self) -> Self:
        """Return the same recipe for a data set without labels."""
        label = self.label.model_copy(update={"source": "none"})
        return self.model_copy(update={"label": label})

    def excluding(self, patterns: Sequence[str]) -> Self:
        """Return the same recipe for fewer files: those whose path fits no pattern."""
        exclude = tuple(dict.fromkeys((*self.layout.exclude, *patterns)))
        layout = self.layout.model_copy(update={"exclude": exclude})
        return self.model_copy(update={"layout": layout})

    def published(self) -> dict[str, Any]:
        """Return the recipe as a data set tells it: patterns of paths, being paths, as digests."""
        content = self.model_dump(mode="json")
        if self.layout.exclude:
            digests = (hashlib.sha256(each.encode()).hexdigest() for each in self.layout.exclude)
            content["layout"]["exclude"] = sorted(digests)
        return content

    def pixels_id(self) -> str:
        """Return the hash of what decides which pixels are stored, 16 hex digits."""
        parts = self.model_dump(mode="json", include={"selection", "image"})
        text = json.dumps({**parts, "array_version": ARRAY_VERSION}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
