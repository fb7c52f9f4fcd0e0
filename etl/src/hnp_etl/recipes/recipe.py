"""The recipe: everything about a data set that is a choice or a guess, checked before a run.

Defaults are the built-in `aihub-dld`; a table that is given replaces the default table.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from hnp_etl.imaging import Plane, Weighting
from hnp_etl.limits import MAX_SIDE_PIXELS, Limits
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import is_number, number_as_code, word
from hnp_etl.recipes.label_sources import LABEL_SOURCES, LabelSource
from hnp_etl.recipes.messages import describe
from hnp_etl.recipes.spellings import Alias, Code, Spelling, refuse_shared, refuse_unmatched
from hnp_shared.errors import InputError
from hnp_shared.opening import read_regular
from hnp_shared.vocabulary import LEVEL_NAMES

DEFAULT_RECIPE = "aihub-dld"

ARRAY_VERSION = 1
"""Version of the pixel arithmetic; any change of a stored value raises it."""

if TYPE_CHECKING:
    SourceName = str
else:
    SourceName = Literal[tuple(LABEL_SOURCES)]
LabelField = Literal["patient", "age", "sex", "canal_width_mm", "file", "sop_instance_uid"]
Meaning = Literal["normal", "patient", "absent"]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE_PIXELS)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Layout(_Section):
    """How folder names tell what a file is; regular expressions searched in path segments."""

    image_folders: str = "원천데이터"
    label_folders: str = "라벨(링)?(데|테)이터"
    hospital: str = "(?<![A-Za-z0-9])(H0[1-6])(?![0-9])"
    procedure: str = "(?<![A-Za-z0-9])(C0(?:0[0-9]|1[01]))(?![0-9])"
    procedures: tuple[str, ...] = ("C004",)
    partitions: dict[str, str] = {"training": "(?i)train", "validation": "(?i)valid"}
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
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:  # `a{99999999999}`, `((((`
            raise ValueError(f"no regular expression: {error}") from error
        return pattern

    @field_validator("partitions")
    @classmethod
    def _all_compile(cls, partitions: dict[str, str]) -> dict[str, str]:
        unknown = set(partitions) - {"training", "validation"}
        if unknown:
            raise ValueError(f"found {sorted(unknown)}, expected training and validation")
        return {name: cls._compiles(pattern) for name, pattern in partitions.items()}


@lru_cache
def _words(missing: tuple[str | int | float, ...]) -> frozenset[str]:
    return frozenset(word(str(each)) for each in missing)


class Identity(_Section):
    """Where the patient value comes from, and how far one value names one person."""

    patient: tuple[Literal["label", "dicom"], ...] = ("label", "dicom")
    scope: Literal["hospital", "all"] = "hospital"


@cache
def _builtin(name: str) -> dict[str, Any]:
    return tomllib.loads(builtin_text(name))


def _default(section: str, key: str) -> Any:  # noqa: ANN401  # a TOML value of any type
    return _builtin(DEFAULT_RECIPE)[section][key]


class Entries(_Section):
    """How a table's row, or an object of a JSON label, names its image and its disc."""

    key: Literal["path", "stem", "uid"] = "stem"
    column: tuple[Alias, ...] = ("path", "file", "file_name", "image", "SOPInstanceUID")
    level: tuple[Alias, ...] = ("level", "disc")
    code: tuple[Alias, ...] = ("code", "grade")


class Label(_Section):
    """How a label is read."""

    source: SourceName = "json"
    table: Entries = Entries()
    condition: str = "spinal_canal_stenosis"
    required: tuple[Literal["patient", "age", "sex", "canal_width_mm"], ...] = ()
    canal: Canal = Canal()
    fields: dict[LabelField, tuple[Alias, ...]] = Field(
        default_factory=lambda: _default("label", "fields"), validate_default=True
    )
    levels: dict[str, tuple[Alias, ...]] = Field(
        default_factory=lambda: _default("label", "levels"), validate_default=True
    )
    codes: dict[Code, Meaning] = Field(
        default_factory=lambda: _default("label", "codes"), validate_default=True
    )
    sex_values: dict[Spelling, Literal["F", "M"]] = {}
    missing: tuple[StrictStr | StrictInt | StrictFloat, ...] = ()

    @field_validator("levels")
    @classmethod
    def _known_levels(
        cls, levels: dict[str, tuple[str, ...]], info: ValidationInfo
    ) -> dict[str, tuple[str, ...]]:
        unknown = set(levels) - set(LEVEL_NAMES)
        if unknown:
            raise ValueError(f"found {sorted(unknown)}, expected names from {list(LEVEL_NAMES)}")
        refuse_shared({**info.data.get("fields", {}), **levels})
        return levels

    @field_validator("fields")
    @classmethod
    def _one_meaning(
        cls, fields: dict[LabelField, tuple[str, ...]]
    ) -> dict[LabelField, tuple[str, ...]]:
        refuse_shared(fields)
        return fields

    @field_validator("codes", "sex_values")
    @classmethod
    def _told_apart(cls, spellings: dict[str, str]) -> dict[str, str]:
        refuse_unmatched(spellings)
        return spellings

    @field_validator("codes")
    @classmethod
    def _names_a_disc(cls, codes: dict[str, Meaning], info: ValidationInfo) -> dict[str, Meaning]:
        if info.data.get("source") != "none" and set(codes.values()) <= {"absent"}:
            raise ValueError("found no code that is normal or patient: no slice would have a level")
        return {number_as_code(code): meaning for code, meaning in codes.items()}

    @property
    def origin(self) -> LabelSource:
        """The source's row in the catalogue."""
        return LABEL_SOURCES[self.source]

    @property
    def missing_words(self) -> frozenset[str]:
        """Words for a missing value beside the usual ones, as `grammar.word` gives them."""
        return _words(self.missing)

    @property
    def missing_names(self) -> frozenset[str]:
        """Those of them that are no numbers: a name of an image may be any number."""
        return frozenset(each for each in self.missing_words if not is_number(each))

    @property
    def wanted(self) -> bool:
        """False when a data set without labels is wanted."""
        return bool(self.origin.suffixes)


class Selection(_Section):
    """Which images are wanted."""

    plane: Plane = Plane.AXIAL
    weighting: Weighting = Weighting.T2
    max_tilt_deg: Annotated[float, Field(ge=0, le=90)] = 50
    fat_suppressed: Literal["reject", "keep"] = "reject"


class Crop(_Section):
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


class Image(_Section):
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


class Recipe(_Section):
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


def builtin_names() -> list[str]:
    """Return the names of the built-in recipes."""
    folder = resources.files("hnp_etl") / "recipes"
    return sorted(
        item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")
    )


def builtin_text(name: str) -> str:
    """Return a built-in recipe as commented TOML."""
    return (resources.files("hnp_etl") / "recipes" / f"{name}.toml").read_text(encoding="utf-8")


def load_recipe(name_or_file: str) -> Recipe:
    """Return a built-in recipe by name, or one from a TOML file.

    Raises:
        InputError: one line that says where, what was found and what was expected.
    """
    if name_or_file in builtin_names():
        return parse_recipe(builtin_text(name_or_file), name_or_file)
    path = Path(name_or_file)
    try:
        text = read_regular(path, role=f"recipe {path.name or name_or_file}").decode("utf-8-sig")
    except FileNotFoundError as error:
        built_in = ", ".join(builtin_names())
        raise InputError(
            f"found no recipe or file {name_or_file!r}, expected a TOML file or one of: {built_in}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        shown = path.name or name_or_file
        raise InputError(f"recipe {shown} cannot be read as UTF-8 text") from error
    return parse_recipe(text, path.name)


def parse_recipe(text: str, origin: str) -> Recipe:
    """Return the recipe that ``text`` holds.

    Raises:
        InputError: no TOML, an unknown key, or a value that is not allowed.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        advice = "; write patterns between single quotes" if "Unescaped" in str(error) else ""
        raise InputError(f"recipe {origin} is no TOML: {error}{advice}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"recipe {origin} holds a number too long or tables too deep to be read"
        ) from error
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        raise InputError(describe(error, text, origin, Recipe)) from error
