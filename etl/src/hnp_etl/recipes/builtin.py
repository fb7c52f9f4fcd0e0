"""The recipes that come with the program."""

from importlib import resources

DEFAULT_RECIPE = "aihub-dld"


def builtin_names() -> list[str]:
    """Return the names of the built-in recipes."""
    folder = resources.files("hnp_etl") / "recipes"
    return sorted(
        item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")
    )


def builtin_text(name: str) -> str:
    """Return a built-in recipe as commented TOML."""
    return (resources.files("hnp_etl") / "recipes" / f"{name}.toml").read_text(encoding="utf-8")
