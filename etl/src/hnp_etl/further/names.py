"""Which names columns may have: none that labels or the manifest have already. Pure."""

from collections.abc import Sequence
from typing import Any

from hnp_etl.further.wanted import Wanted
from hnp_etl.recipes.grammar import bare
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.errors import InputError


def refuse_names(wanted: Sequence[Wanted], info: DatasetInfo, there: Sequence[str]) -> None:
    """Refuse columns that labels tell already, that name patients, or that the manifest has.

    Raises:
        InputError: names the column.
    """
    fields = label_recipe(info, "fields")
    for each in wanted:
        for name in ("patient", "age", "sex"):
            aliases = {bare(alias) for alias in fields.get(name, ())}
            if {bare(each.header), bare(each.name)} & aliases:
                told = "names patients" if name == "patient" else f"is {name}, which labels tell"
                raise InputError(
                    f"column {each.header} {told}, expected another; ages above 89 and ids "
                    "never leave as they are"
                )
    refuse_twice([*there, *(each.name for each in wanted)])


def refuse_twice(names: Sequence[str]) -> None:
    """Refuse two columns of one name.

    Raises:
        InputError: names the column.
    """
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"the manifest would have column {twice[0]} twice, expected a new name; "
            "HEADER=name gives one"
        )


def label_recipe(info: DatasetInfo, name: str) -> Any:  # noqa: ANN401  # as JSON holds it
    """Return a key of `[label]`; of a merged data set, that of its first recipe."""
    recipe, *_ = info.recipe.get("merged", [info.recipe])
    return recipe.get("label", {}).get(name) or {}
