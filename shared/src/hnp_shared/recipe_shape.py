"""Whether the recipe that a dataset.json holds has the form that its readers count on. Pure."""

from collections.abc import Mapping
from typing import Any

_SECTIONS = ("layout", "identity", "label", "selection", "image", "limits")
_TABLES = ("canal", "fields", "levels", "codes", "sex_values", "table")
_LARGEST_SIDE = 2**16


def refuse_odd_recipe(recipe: Mapping[str, Any]) -> None:
    """Refuse a recipe in which a table is none, or a size no size.

    Raises:
        TypeError: says where.
    """
    merged = recipe.get("merged", [recipe])
    if not isinstance(merged, list) or not merged:
        raise TypeError("merged")
    for each in (recipe, *merged):
        _refuse_other_than(dict, {"recipe": each})
        _refuse_other_than(dict, {name: each.get(name) for name in _SECTIONS})
        label = each.get("label") or {}
        _refuse_other_than(dict, {name: label.get(name) for name in _TABLES})
        _refuse_other_than(list, {"missing": label.get("missing"), **(label.get("fields") or {})})
        _refuse_other_size((each.get("image") or {}).get("size"))
        for codes in (label.get("codes"), label.get("canal")):
            if any(isinstance(value, dict) for value in (codes or {}).values()):
                raise TypeError("codes")


def _refuse_other_than(kind: type, found: Mapping[str, object]) -> None:
    for name, value in found.items():
        if value is not None and not isinstance(value, kind):
            raise TypeError(name)


def _refuse_other_size(size: object) -> None:
    if size is None:
        return
    sides = size if isinstance(size, list) and len(size) == 2 else (None,)
    if not all(type(side) is int and 0 < side < _LARGEST_SIDE for side in sides):
        raise TypeError("size")
