"""What is wrong with a recipe, or a protocol, in one line: where, what was found and allowed."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

# "[label.codes]" and "[[a]]"; a key: `name =`, `"L4-5" =`, `label.source =`; the parts of either.
_TABLE = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_CLOSED = ("literal_error", "enum")
# "Input should be 'json' or 'none'": what is allowed.
_QUOTED = re.compile(r"'([^']*)'")

Path = tuple[str, ...]


def describe(error: ValidationError, text: str, origin: str, model: type[BaseModel]) -> str:
    """Return the first error as one line, and how many more there are.

    Args:
        error: what checking it raised.
        text: of the file, TOML.
        origin: what it is and what it is called, as `recipe mine.toml`.
        model: the record it was checked against.
    """
    first = error.errors(include_url=False)[0]
    path = tuple(str(part) for part in first["loc"] if part != "[key]")
    line = line_of(text, path)
    where = [origin, *([f"line {line}"] if line else []), ".".join(path) or "top level"]
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{', '.join(where)}: {_what(first, path, model)}{more}"


def line_of(text: str, path: Path) -> int | None:
    """Return the line of a key, from 1, or of the innermost table or key around it."""
    table: Path = ()
    found, depth = None, 0
    for number, line in enumerate(text.splitlines(), 1):
        if header := _TABLE.match(line):
            table = here = _parts(header[1])
        elif key := _KEY.match(line):
            here = (*table, *_parts(key[1]))
        else:
            continue
        if here == path[: len(here)] and len(here) > depth:
            found, depth = number, len(here)
    return found


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _what(first: Any, path: Path, model: type[BaseModel]) -> str:  # noqa: ANN401  # pydantic's
    allowed = _QUOTED.findall(first["msg"]) if first["type"] in _CLOSED else []
    if first["type"] == "extra_forbidden":
        allowed = _keys_beside(path, model)
        told = f"no such key, expected one of {', '.join(allowed)}"
        return told + _near(path[-1], allowed)
    told = str(first["msg"]).removeprefix("Value error, ").replace("valid tuple", "list")
    return told + _found(first["input"]) + _near(first["input"], allowed)


def _keys_beside(path: Path, model: type[BaseModel]) -> list[str]:
    """Return the keys that the table of a key may have."""
    for name in path[:-1]:
        if name not in model.model_fields:  # a name of the user's own: its table was entered
            continue
        inner = model.model_fields[name].annotation
        kinds = [inner, *getattr(inner, "__args__", ())]
        model = next(
            kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)
        )
    return sorted(model.model_fields)


def _near(found: object, allowed: Sequence[str]) -> str:
    if not isinstance(found, str):
        return ""
    lowered = {name.casefold(): name for name in allowed}
    near = difflib.get_close_matches(found.casefold(), lowered, n=1)
    return f"; did you mean {lowered[near[0]]!r}?" if near else ""


def _found(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 64:  # Python refuses to print a long one
        return ", found a number beyond 64 bits"
    return f", found {value!r}" if isinstance(value, (str, int, float)) else ""
