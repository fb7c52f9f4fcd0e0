"""Writes docs/reasons.md from the vocabulary and what is told of each of its words."""

from pathlib import Path

from hnp_etl.explain.meanings import FLAGS, REASONS
from hnp_etl.explain.remedies import remedy
from hnp_etl.recipes.builtin import DEFAULT_RECIPE
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.vocabulary import Flag, Reason

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reasons.md"


def page() -> str:
    """Return the page."""
    recipe = load_recipe(DEFAULT_RECIPE)
    reasons = "\n".join(
        f"| `{reason}` | {reason.state} | {REASONS[reason].means} | "
        f"{remedy([reason], recipe)} | {REASONS[reason].do} |"
        for reason in Reason
    )
    flags = "\n".join(f"| `{flag}` | {FLAGS[flag].means} | {FLAGS[flag].do} |" for flag in Flag)
    return f"""# Reasons and flags: what they mean, and what to do

Made by `make docs` from `hnp_shared.vocabulary` and `hnp_etl.explain`. `hnp-etl explain FILE` says
of one file which reason holds, what was found there, and what would make it pass.

## Reasons

Why a file of the ledger is not in the manifest, in the order in which they are tried: the first
that holds is given. `filtered` is sound but not wanted, `rejected` wanted but not usable. What
would make a file pass is told as for the recipe `{DEFAULT_RECIPE}`.

| reason | state | what it means | it would pass if | what to do |
|---|---|---|---|---|
{reasons}

## Flags

What a reader of a row of the manifest should know. A slice with a flag is in the data set.

| flag | what it means | what to do |
|---|---|---|
{flags}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
