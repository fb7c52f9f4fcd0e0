"""A record from parsed JSON, every field of the type that its annotation names."""

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R")

DAMAGED_JSON = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
"""What comes of reading a JSON file that is not what we wrote: brackets without end among it."""


def parse_record(kind: type[R], found: object) -> R:
    """Return a record of the dataclass ``kind``.

    Fields may be records, mappings of texts, tuples, literals and unions of these; a number is
    finite, and a whole one may stand for a float. What the record has no field for is left out;
    a field whose default is None may be missing, as earlier versions wrote it.

    Raises:
        TypeError: it is no object.
        ValueError: something in it has another type, or is missing.
        OverflowError: a number is larger than a float can be.
    """
    if not isinstance(found, dict):
        raise TypeError(f"expected an object for {kind.__name__}")
    hints = get_type_hints(kind)
    values = {}
    for field in fields(kind):  # type: ignore[arg-type]  # of dataclasses only
        if field.name in found:
            values[field.name] = _parse(hints[field.name], found[field.name])
        elif field.default is not None:
            raise ValueError(f"found no {field.name}")
    return kind(**values)


def _parse(kind: Any, found: object) -> Any:  # noqa: ANN401  # what the annotation says
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if found is None and type(None) in inner else _parse(inner[0], found)
    if origin is tuple and isinstance(found, list):
        kinds = inner[:1] * len(found) if inner[-1] is ... else inner
        return tuple(_parse(one, value) for one, value in zip(kinds, found, strict=True))
    if origin is Mapping and isinstance(found, dict):
        return {name: _parse(inner[1], value) for name, value in found.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return parse_record(kind, found)
    return _parse_single(kind, found)


def _parse_single(kind: Any, found: object) -> object:  # noqa: ANN401  # as above
    if get_origin(kind) is Literal and isinstance(found, str) and found in get_args(kind):
        return found
    if kind is float and type(found) in (int, float):
        number = float(found)  # type: ignore[arg-type]  # int or float
        if math.isfinite(number):
            return number
    elif kind in (str, int, bool) and type(found) is kind:
        return found
    raise ValueError(f"expected {kind}")
