"""The label section of a recipe, drafted from the keys that were found. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from hnp_etl.labels.values import SEX_WORDS, known_codes, recipe_code
from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.grammar import bare, word
from hnp_etl.recipes.label_table import Label, LabelField, Meaning
from hnp_etl.survey.key_guess import Guess
from hnp_etl.survey.label_keys import KeyProfile, LabelKeys
from hnp_etl.survey.masking import is_shown_whole
from hnp_shared.vocabulary import LEVEL_NAMES

DRAFTED = ("json", "table")
"""Sources whose `[label]` is drafted from what is met; of the others it stays as it was given."""

_FIELDS: tuple[LabelField, ...] = get_args(LabelField)
_ASKED: tuple[LabelField, ...] = ("patient", "age", "sex", "canal_width_mm")
"""Fields that a manifest has columns for: a label without them is worth a second look."""

_PROVISIONAL: Meaning = "patient"
"""Meaning of a code before its pattern was looked at."""

_CM_BELOW, _AREA_FROM = 4.0, 35.0
"""A canal is 8 to 30 mm wide and has 80 to 400 mm2: a median between tells the quantity."""


@dataclass(frozen=True, slots=True)
class LabelDraft:
    """A label section and what is uncertain about it.

    Attributes:
        checks: dotted key -> what a person must check there.
        hidden_codes: values in disc cells that are no known code words, so not shown.
        unmet: codes in the label section that no label has.
        refused: shown keys left out since they disagree with a better one -> in how many labels.
    """

    label: Label
    checks: Mapping[str, str]
    hidden_codes: int
    unmet: frozenset[str]
    refused: Mapping[tuple[str, ...], int]


def draft_label(keys: LabelKeys, start: Label) -> LabelDraft:
    """Return a label section with the spellings that were found, those of ``start`` if none."""
    refused: dict[tuple[str, ...], int] = {}
    chosen = {name: _choose(name, keys, refused) for name in (*_FIELDS, *LEVEL_NAMES)}
    asked = (name for name in _FIELDS if chosen[name] or name in _ASKED)
    checks = {f"fields.{name}": why for name in asked if (why := _doubt(chosen[name]))}
    checks |= {f"levels.{name}": why for name in LEVEL_NAMES if (why := _doubt(chosen[name]))}
    cells = [each for name in LEVEL_NAMES for each in chosen[name]]
    fields = {name: _aliases(chosen[name]) or start.fields.get(name, ()) for name in _FIELDS}
    levels = {name: _aliases(chosen[name]) or start.levels.get(name, ()) for name in LEVEL_NAMES}
    label = start.model_copy(
        update={
            "canal": _canal(chosen["canal_width_mm"], start.canal, checks),
            "fields": {name: aliases for name, aliases in fields.items() if aliases},
            "levels": levels,
            "codes": _codes(cells, start),
            "sex_values": _sex_values(chosen["sex"], start, checks),
        }
    )
    met = {word(value) for each in cells for value in each.values}
    unmet = frozenset(code for code in label.codes if word(code) not in met)
    return LabelDraft(label, checks, sum(each.hidden for each in cells), unmet, refused)


def _doubt(found: Sequence[KeyProfile]) -> str | None:
    """Return what is uncertain about the keys of a field."""
    if not found:
        return "no label key looks like it"
    hidden = sum(not _is_shown(each) for each in found)
    if hidden:
        return f"{hidden} found with words that are not shown, so add by hand: --private-page FILE"
    return "a guess by the words of the key" if any(map(_rank, found)) else None


def _is_shown(profile: KeyProfile) -> bool:
    return profile.guess is not None and is_shown_whole(profile.guess.alias)


def _rank(profile: KeyProfile) -> int:
    return profile.guess.rank if profile.guess else 0


def _choose(name: str, keys: LabelKeys, refused: dict[tuple[str, ...], int]) -> list[KeyProfile]:
    """Return the keys of one field, best first, none that disagrees with a better one."""
    found = [
        each
        for each in keys.keys
        if each.guess and each.guess.field == name and set(each.types) != {"object"}
    ]
    found.sort(key=lambda each: (_rank(each), -each.labels, each.path))
    chosen: list[KeyProfile] = []
    for each in found:
        disagreeing = max(
            (
                keys.conflicts.get((min(each.path, better.path), max(each.path, better.path)), 0)
                for better in chosen
            ),
            default=0,
        )
        if disagreeing:
            refused[each.path] = disagreeing
        else:
            chosen.append(each)
    return chosen


def _aliases(profiles: Sequence[KeyProfile]) -> tuple[str, ...]:
    guesses: list[Guess] = [each.guess for each in profiles if each.guess and _is_shown(each)]
    return tuple({bare(guess.alias): guess.alias for guess in reversed(guesses)}.values())[::-1]


def _codes(cells: Sequence[KeyProfile], start: Label) -> dict[str, Meaning]:
    """Return the codes that were found, those of ``start`` where it knows all of them.

    Numbers keep the meanings that it gave them only there: `1` is normal among 1 to 6, and not
    among 0, 1 and 2.
    """
    found = Counter[str]()
    for each in cells:
        found.update(each.values)
    known: dict[str, str] = {}
    for token, _ in sorted(found.items(), key=lambda item: (-item[1], item[0])):
        if recipe_code(token, known) is None:
            known[word(token)] = token
    starts = known_codes(start.codes)
    if known.keys() <= starts.keys():
        return dict(start.codes)
    numbers_known = {each for each in known if each.isdigit()} <= starts.keys()
    kept = {
        folded: start.codes[code]
        for folded, code in starts.items()
        if numbers_known or not folded.isdigit()
    }
    return {token: kept.get(folded, _PROVISIONAL) for folded, token in sorted(known.items())}


def _canal(profiles: Sequence[KeyProfile], start: Canal, checks: dict[str, str]) -> Canal:
    stated = {unit for each in profiles for unit in each.unit_words}
    named = " ".join(key.casefold() for each in profiles for key in each.path)
    medians = [each.median for each in profiles if each.median is not None]
    if not medians:
        return start
    checks["canal"] = "quantity and unit by size and name only"
    middle = sorted(medians)[len(medians) // 2]
    area = any(unit.endswith("2") for unit in stated) or "area" in named or "면적" in named
    if area or (middle >= _AREA_FROM and not stated):
        return _as_start(start, "area", "cm2" if middle < _CM_BELOW else "mm2")
    unwritten_cm = middle < _CM_BELOW and not stated
    return _as_start(start, "width", "cm" if unwritten_cm or stated == {"cm"} else "mm")


def _as_start(start: Canal, quantity: str, unit: str) -> Canal:
    """Return a canal with the range of the recipe to begin with, where that is of its quantity."""
    kept = {"range": start.range} if start.quantity == quantity else {}
    return Canal.model_validate({"quantity": quantity, "unit": unit, **kept})


def _sex_values(
    profiles: Sequence[KeyProfile], start: Label, checks: dict[str, str]
) -> dict[str, str]:
    """Return a map for values that need one: 1 and 2, or 0 and 1."""
    found = {value for each in profiles for value in each.values}
    plain = {word(value) for value in found} - SEX_WORDS.keys()
    numbers = sorted(value for value in plain if value.isdigit())
    if not numbers:
        return dict(start.sex_values)
    checks["sex_values"] = "numbers mean what the data guide says"
    return {
        value: start.sex_values.get(value, guess)
        for value, guess in zip(numbers, "MF", strict=False)
    }
