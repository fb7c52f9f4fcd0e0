"""What an acquisition protocol allows: a range or a list of words for columns of the manifest."""

import math
from typing import Annotated, Self

from pydantic import Field, model_validator

from hnp_etl.recipes.section import Section
from hnp_shared.vocabulary import Vendor

NUMBERS = (
    "echo_time_ms",
    "repetition_time_ms",
    "slice_thickness_mm",
    "field_strength_t",
    "source_rows",
    "source_cols",
    "pixel_row_mm",
    "pixel_col_mm",
    "tilt_deg",
)
"""Columns of the manifest that may be held to a range, in their units."""

WORDS = ("vendor",)
"""Columns that may be held to a list."""

Share = Annotated[float, Field(ge=0, le=1)]


class _Allowance(Section):
    """How much may differ.

    Attributes:
        missing: share of a hospital's slices that may lack a value.
        outside: share of those with one that may lie outside.
    """

    missing: Share = 0.0
    outside: Share = 0.0


class Range(_Allowance):
    """Least and greatest value, both allowed, in the unit of the column."""

    range: tuple[float, float]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.range
        if not (math.isfinite(low) and math.isfinite(high) and low <= high):
            raise ValueError("expected [least, greatest], two finite numbers in this order")
        return self


class Words(_Allowance):
    """The values that are allowed."""

    words: tuple[Vendor, ...] = Field(min_length=1)


class Rules(Section):
    """What is asked of slices; a column without a rule may hold anything."""

    echo_time_ms: Range | None = None
    repetition_time_ms: Range | None = None
    slice_thickness_mm: Range | None = None
    field_strength_t: Range | None = None
    source_rows: Range | None = None
    source_cols: Range | None = None
    pixel_row_mm: Range | None = None
    pixel_col_mm: Range | None = None
    tilt_deg: Range | None = None
    vendor: Words | None = None

    def of(self, column: str) -> Range | Words | None:
        """Return the rule for a column of `NUMBERS` or `WORDS`."""
        rule: Range | Words | None = getattr(self, column)
        return rule


class Protocol(Section):
    """Rules for all hospitals, and for some of them in place of these, column by column."""

    all: Rules = Rules()
    hospital: dict[str, Rules] = Field(default_factory=dict)

    def rule(self, hospital: str, column: str) -> Range | Words | None:
        """Return what is asked of a column in a hospital; None when nothing is."""
        own = self.hospital.get(hospital)
        return (own.of(column) if own else None) or self.all.of(column)
