"""What the label's canal field measures, as a recipe says it. Pure."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Size = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Canal(BaseModel):
    """What the label's canal field measures; a guess until confirmed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    quantity: Literal["width", "area"] = "width"
    unit: Literal["mm", "cm", "mm2", "cm2"] = "mm"
    range: tuple[Size, Size] = (3.0, 60.0)
    """In mm, or mm2 for an area, whatever the unit; a size outside is no canal's."""

    @model_validator(mode="before")
    @classmethod
    def _area_has_its_own_range(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("quantity") == "area":
            return {"range": (20, 900), **given}
        return given

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.quantity == "area") != self.unit.endswith("2"):
            raise ValueError(f"unit {self.unit} does not measure {self.quantity}")
        if self.range[0] >= self.range[1]:
            raise ValueError(f"range {list(self.range)} holds no size, expected [least, most]")
        return self
