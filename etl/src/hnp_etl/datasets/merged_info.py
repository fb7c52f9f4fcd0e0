"""What dataset.json says of a merged data set, from what it says of the parts. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from hnp_shared.corrections import AppliedFile
from hnp_shared.dataset_info import DatasetInfo
from hnp_shared.joined_tables import JoinedTable
from hnp_shared.notices import Notice

_KEY_ID_DIGITS = 8

Recipe = Mapping[str, Any]
"""A recipe as dataset.json holds it."""


def merged_key_id(infos: Sequence[DatasetInfo]) -> str:
    """Return the key's id, of several keys the hash of theirs: it names them all, in any order."""
    key_ids = sorted({info.key_id for info in infos})
    if len(key_ids) == 1:
        return key_ids[0]
    return hashlib.sha256("\n".join(key_ids).encode()).hexdigest()[:_KEY_ID_DIGITS]


def merged_parts(infos: Sequence[DatasetInfo]) -> tuple[str, ...]:
    """Return the data set ids of what was merged; of what was merged before, those of its parts."""
    return tuple(sorted(chain.from_iterable(info.parts or (info.dataset_id,) for info in infos)))


def different_recipes(infos: Sequence[DatasetInfo]) -> list[Recipe]:
    """Return the different recipes, sorted; those of data sets that were merged before too."""
    found = chain.from_iterable(info.recipe.get("merged", [info.recipe]) for info in infos)
    texts = sorted({json.dumps(recipe, sort_keys=True) for recipe in found})
    return [json.loads(text) for text in texts]


def merged_recipe(infos: Sequence[DatasetInfo]) -> Recipe:
    """Return the one recipe, or a record of all under `merged`."""
    recipes = different_recipes(infos)
    if len(recipes) == 1:
        return recipes[0]
    return {
        "name": "merged",
        "confirmed": all(recipe.get("confirmed") is True for recipe in recipes),
        "selection": recipes[0].get("selection"),  # equal in all, as pixels_id is
        "image": recipes[0].get("image"),
        "merged": recipes,
    }


def merged_identity(infos: Sequence[DatasetInfo]) -> dict[str, str]:
    """Return hospital -> where patient values came from; several sources by comma."""
    sources: dict[str, set[str]] = {}
    for info in infos:
        for hospital, source in info.identity.items():
            sources.setdefault(hospital, set()).update(source.split(","))
    return {hospital: ",".join(sorted(found)) for hospital, found in sorted(sources.items())}


def merged_notices(infos: Sequence[DatasetInfo]) -> tuple[Notice, ...]:
    """Return the notices of all parts, the same in any order of the parts."""
    found = chain.from_iterable(info.notices for info in infos)
    return tuple(sorted(found, key=lambda each: json.dumps(each.to_json(), sort_keys=True)))


def merged_corrections(infos: Sequence[DatasetInfo]) -> tuple[AppliedFile, ...]:
    """Return what readers' corrections did in all parts; one file may have been for several."""
    found = chain.from_iterable(info.corrections for info in infos)
    return tuple(sorted(found, key=lambda each: (each.sha256, each.adjudicates, each.changed)))


def merged_joined(infos: Sequence[DatasetInfo]) -> tuple[JoinedTable, ...]:
    """Return the tables that were joined to the parts, the same in any order of the parts."""
    found = chain.from_iterable(info.joined for info in infos)
    return tuple(sorted(found, key=lambda each: json.dumps(each.to_json(), sort_keys=True)))


def merged_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Return the sums of counts."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return dict(sorted(total.items()))
