"""From a name or a TOML file to a recipe, or to one line that says what is wrong with it."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from hnp_etl.recipes.builtin import builtin_names, builtin_text
from hnp_etl.recipes.messages import describe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.errors import InputError
from hnp_shared.opening import read_regular

_MOST_BYTES = 2**20
"""Of a recipe; the longest of ours has 4 kB."""

_NO_RECIPE = {
    "spider": "SPIDER holds sagittal volumes (.mha) with masks and no axial slice, so no data set "
    "is made of it; it is good for finding vertebrae, discs and canal on sagittal images",
}
"""Public sets that people ask for, and why there is no recipe for them."""


def load_recipe(name_or_file: str) -> Recipe:
    """Return a built-in recipe by name, or one from a TOML file.

    Raises:
        InputError: one line that says where, what was found and what was expected.
    """
    if name_or_file in builtin_names():
        return parse_recipe(builtin_text(name_or_file), name_or_file)
    path = Path(name_or_file)
    shown = path.name or name_or_file
    if name_or_file in _NO_RECIPE and not path.exists():
        raise InputError(f"found no recipe {name_or_file!r}: {_NO_RECIPE[name_or_file]}")
    try:
        content = read_regular(path, role=f"recipe {shown}", most_bytes=_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise InputError(f"recipe {shown} has over {_MOST_BYTES:,} bytes, expected a recipe")
        text = content.decode("utf-8-sig")
    except FileNotFoundError as error:
        built_in = ", ".join(builtin_names())
        raise InputError(
            f"found no recipe or file {name_or_file!r}, expected a TOML file or one of: {built_in}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
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
        raise InputError(describe(error, text, f"recipe {origin}", Recipe)) from error
