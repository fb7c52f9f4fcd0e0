"""What every table of a recipe has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of a recipe: what it does not know is refused, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)
