"""Which levels and codes a reader may choose from: those of the data set's recipe. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hnp_shared.errors import InputError
from hnp_shared.vocabulary import LEVEL_NAMES

_NO_DISC = "absent"


@dataclass(frozen=True, slots=True)
class Code:
    """A code and what the recipe makes of it: `normal`, `patient`; empty where recipes differ."""

    code: str
    means: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reader chooses from, in the order in which a page shows it."""

    levels: tuple[str, ...]
    codes: tuple[Code, ...]

    def refuse_ambiguous(self) -> None:
        """Refuse codes that cannot be said to be right or wrong.

        Raises:
            InputError: names those that recipes of a merged data set take differently.
        """
        ambiguous = [each.code for each in self.codes if not each.means]
        if ambiguous:
            raise InputError(
                f"found codes that mean different things to different hospitals "
                f"({', '.join(ambiguous)}), expected one meaning each; make a quiz of each data set"
            )


def choices_of(recipe: Mapping[str, Any], said: Iterable[str] = ()) -> Choices:
    """Return the choices of a data set.

    Args:
        recipe: as dataset.json holds it; of a merged data set, a record of several.
        said: codes that the data set holds; several by comma can be confirmed too.

    Raises:
        InputError: it names no code.
    """
    labels = list(_labels(recipe))
    named = {name for label in labels for name in label.get("levels", ())}
    meanings: dict[str, set[str]] = {}
    for label in labels:
        for code, means in label.get("codes", {}).items():
            if means != _NO_DISC:
                meanings.setdefault(str(code), set()).add(str(means))
    codes = tuple(
        Code(code, next(iter(means)) if len(means) == 1 else "") for code, means in meanings.items()
    )
    levels = tuple(name for name in LEVEL_NAMES if name in named or not named)
    if not codes:
        raise InputError("the data set's recipe names no codes, expected those of its labels")
    return Choices(levels, (*codes, *_several(codes, said)))


def _several(codes: Sequence[Code], said: Iterable[str]) -> Iterator[Code]:
    """Yield what labels say of discs with several codes: one herniated makes all so."""
    means = {each.code: each.means for each in codes}
    for code in sorted({each for each in said if each not in means}):
        parts = {means.get(part, "") for part in code.split(",")}
        yield Code(code, "patient" if "patient" in parts else min(parts) if len(parts) == 1 else "")


def _labels(recipe: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    recipes: Sequence[Mapping[str, Any]] = recipe.get("merged", [recipe])
    for each in recipes:
        label = each.get("label", {})
        if isinstance(label, Mapping):
            yield label
