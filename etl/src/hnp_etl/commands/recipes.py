"""`hnp-etl recipes`."""

import json

import click

from hnp_etl.recipes.builtin import builtin_names, builtin_text
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.command import echo_json, echo_table, reported
from hnp_shared.errors import InputError


@click.command("recipes", epilog="Example: hnp-etl recipes aihub-dld > mine.toml")
@click.argument("name", required=False)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of recipes.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def recipes(name: str | None, schema: bool, as_json: bool) -> None:
    """List the built-in recipes, or print the one called NAME."""
    with reported():
        if schema:
            click.echo(json.dumps(Recipe.model_json_schema(), ensure_ascii=False, indent=1))
        elif name is None:
            _list(as_json=as_json)
        elif name not in builtin_names():
            raise InputError(f"found no recipe {name!r}, expected {', '.join(builtin_names())}")
        elif as_json:
            echo_json(load_recipe(name).model_dump(mode="json"))
        else:
            click.echo(builtin_text(name), nl=False)


def _list(*, as_json: bool) -> None:
    known = [load_recipe(name) for name in builtin_names()]
    if as_json:
        echo_json([{"name": recipe.name, "confirmed": recipe.confirmed} for recipe in known])
        return
    echo_table(
        [("name", "confirmed")]
        + [(recipe.name, "yes" if recipe.confirmed else "no") for recipe in known]
    )
