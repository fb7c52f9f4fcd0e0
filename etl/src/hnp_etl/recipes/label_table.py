"""How a label is read: the tables `[label]` and `[label.table]` of a recipe."""

import tomllib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationInfo,
    field_validator,
    model_serializer,
)

from hnp_etl.recipes.builtin import DEFAULT_RECIPE, builtin_text
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import is_number, number_as_code, word
from hnp_etl.recipes.label_sources import LABEL_SOURCES, LabelSource
from hnp_etl.recipes.section import Section
from hnp_etl.recipes.spellings import Alias, Code, Spelling, refuse_shared, refuse_unmatched
from hnp_shared.vocabulary import LEVEL_NAMES

if TYPE_CHECKING:
    SourceName = str
else:
    SourceName = Literal[tuple(LABEL_SOURCES)]
LabelField = Literal["patient", "age", "sex", "canal_width_mm", "file", "sop_instance_uid"]
Meaning = Literal["normal", "patient", "absent"]


@lru_cache
def _words(missing: tuple[str | int | float, ...]) -> frozenset[str]:
    return frozenset(word(str(each)) for each in missing)


@cache
def _builtin(name: str) -> dict[str, Any]:
    return tomllib.loads(builtin_text(name))


def _default(section: str, key: str) -> Any:  # noqa: ANN401  # a TOML value of any type
    return _builtin(DEFAULT_RECIPE)[section][key]


class Entries(Section):
    """How a table's row, or an object of a JSON label, names its image and its disc."""

    key: Literal["path", "stem", "uid"] = "stem"
    column: tuple[Alias, ...] = ("path", "file", "file_name", "image", "SOPInstanceUID")
    level: tuple[Alias, ...] = ("level", "disc")
    code: tuple[Alias, ...] = ("code", "grade")
    frame: tuple[Alias, ...] = ("frame", "frame_number")

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out the columns of frames that nobody set: recipes stay as data sets tell them."""
        found: dict[str, Any] = plain(self)
        if "frame" not in self.model_fields_set:
            found.pop("frame", None)
        return found


class Rsna(Section):
    """How points of RSNA 2024 tell the disc of a slice."""

    reach_mm: Annotated[float, Field(ge=0, le=50, allow_inf_nan=False)] | None = None


class Label(Section):
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
    sex_values: dict[Spelling, Literal["F", "M"]] = Field(default={})
    missing: tuple[StrictStr | StrictInt | StrictFloat, ...] = ()
    rsna: Rsna = Rsna()

    @model_serializer(mode="wrap")
    def _as_before(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what nobody set, as a table does."""
        found: dict[str, Any] = plain(self)
        if "rsna" not in self.model_fields_set:
            found.pop("rsna", None)
        return found

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
