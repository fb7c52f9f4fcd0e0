"""A drafted recipe as commented TOML; each line that a person must check carries CHECK. Pure."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from pydantic import BaseModel

from hnp_etl.recipes.canal import Canal
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Image, Layout, Recipe
from hnp_etl.survey.findings import Draft, Findings
from hnp_etl.survey.label_keys import MOST_VALUES

CHECK = "# CHECK"
"""Stands on each line that a person must check."""

_SECTIONS = frozenset(["name", "confirmed", "layout", "identity", "label", "selection", "image"])
_LAYOUT_KEYS = frozenset(
    ["image_folders", "label_folders", "hospital", "procedure", "procedures", "partitions"]
)
_LABEL_KEYS = frozenset(["required", "canal", "fields", "levels", "codes", "sex_values"])

_HEAD = """\
# Drafted by `hnp-etl survey` from what was found; `hnp-etl recipes aihub-dld` shows a finished one.
# Check each line that says CHECK against the data guide, then set confirmed = true.
"""


def recipe_text(findings: Findings) -> str:
    """Return the drafted recipe of a survey."""
    draft, recipe = findings.draft, findings.draft.recipe
    lines = [
        *_HEAD.splitlines(),
        *("", f"name = {_text(recipe.name)}"),
        f"confirmed = false  {CHECK}: true once a person has checked codes and units",
        *("", "[layout]", *_layout(recipe.layout, draft.checks)),
        *("", "[identity]", *_identity(findings)),
        *("", "[label]", *_label(recipe.label, draft.checks)),
        *("", "[label.fields]", *_fields(draft)),
        *("", "[label.levels]", *_levels(draft)),
        *("", "[label.codes]", *_codes(findings)),
        *("", "[label.sex_values]", *_sex_values(draft)),
        *("", "[selection]", *_plain(recipe.selection.model_dump(mode="json"))),
        *("", "[image]", *_image(recipe.image)),
        *_other_sections(recipe),
    ]
    return "\n".join(lines) + "\n"


def _other_sections(recipe: Recipe) -> Iterator[str]:
    """Yield what this module knows nothing of as it was in the recipe to begin with."""
    for name in sorted(recipe.model_fields_set - _SECTIONS):
        section = getattr(recipe, name)
        if isinstance(section, BaseModel):
            yield from ("", f"[{name}]", *_rest(section, type(section).model_fields.keys()))


def _rest(
    section: BaseModel, keys: Collection[str], checks: Mapping[str, str] = MappingProxyType({})
) -> list[str]:
    values = section.model_dump(mode="json", exclude_defaults=True)
    return [
        _line(key, _value(value), checks.get(f"label.{key}"))
        for key, value in values.items()
        if key in keys
    ]


def _layout(layout: Layout, checks: Mapping[str, str]) -> Iterator[str]:
    for key in ("image_folders", "label_folders", "hospital", "procedure"):
        yield _line(key, _pattern(getattr(layout, key)), checks.get(f"layout.{key}"))
    yield _line("procedures", _value(list(layout.procedures)), checks.get("layout.procedures"))
    pairs = ", ".join(f"{name} = {_pattern(each)}" for name, each in layout.partitions.items())
    yield _line("partitions", f"{{ {pairs} }}", None)
    yield from _rest(layout, Layout.model_fields.keys() - _LAYOUT_KEYS)


def _identity(findings: Findings) -> Iterator[str]:
    rule = findings.draft.recipe.identity
    sources = Counter(row.source for row in findings.identity)
    told = ", ".join(f"{count} by {source}" for source, count in sorted(sources.items()))
    yield _line("patient", _value(list(rule.patient)), f"hospitals: {told}" if told else None)
    yield _line("scope", _text(rule.scope), None)


def _label(label: Label, checks: Mapping[str, str]) -> Iterator[str]:
    yield _line("required", _value(list(label.required)), None)
    canal = label.canal.model_dump(mode="json")
    if label.canal == Canal(quantity=label.canal.quantity, unit=label.canal.unit):
        del canal["range"]
    yield _line("canal", _value(canal), checks.get("label.canal"))
    yield from _rest(label, Label.model_fields.keys() - _LABEL_KEYS, checks)


def _fields(draft: Draft) -> Iterator[str]:
    for name, aliases in draft.recipe.label.fields.items():
        yield _line(name, _value(list(aliases)), draft.checks.get(f"label.fields.{name}"))
    for key, labels in draft.refused.items():
        yield f"# left out, for it says otherwise than a better key in {labels} labels: {key}"


def _levels(draft: Draft) -> Iterator[str]:
    for name, aliases in draft.recipe.label.levels.items():
        yield _line(_text(name), _value(list(aliases)), draft.checks.get(f"label.levels.{name}"))


def _codes(findings: Findings) -> Iterator[str]:
    draft, codes = findings.draft, findings.codes
    yield f"# {codes.sentence()}"
    found = Counter[str]()
    for counts in codes.levels.values():
        found.update(counts)
    for code, meaning in draft.recipe.label.codes.items():
        count = found[code]
        seen = f"in {count} cells of chosen slices" if count else "in no chosen slice"
        yield _line(_key(code), _text(meaning), seen + codes.why)
    if draft.unmet_codes:
        yield "# met in no label; take them in if the data guide has them"
    for code, meaning in draft.unmet_codes.items():
        yield f"# {_key(code)} = {_text(meaning)}"
    if draft.hidden_codes:
        yield f"# {CHECK[2:]}: {draft.hidden_codes} cells hold other words, which are not shown"
        yield f"# (no known code words, or over {MOST_VALUES} different ones): add them by hand"


def _sex_values(draft: Draft) -> Iterator[str]:
    for value, sex in draft.recipe.label.sex_values.items():
        yield _line(_key(value), _text(sex), draft.checks.get("label.sex_values"))


def _image(image: Image) -> Iterator[str]:
    values = image.model_dump(mode="json")
    if image.crop_mm is None:
        sides = ", ".join(f"{side} = {share}" for side, share in values["crop"].items())
        yield _line("crop", f"{{ {sides} }}", None)
    else:
        yield _line("crop_mm", _value(image.crop_mm), None)
    yield from _plain({key: values[key] for key in ("size", "scale", "dtype")})


def _plain(values: Mapping[str, object]) -> Iterable[str]:
    return [_line(key, _value(value), None) for key, value in values.items()]


def _line(key: str, value: str, check: str | None) -> str:
    return f"{key} = {value}" + (f"  {CHECK}: {check}" if check is not None else "")


def _key(text: str) -> str:
    return text if text.isascii() and text.isalnum() else _text(text)


def _text(text: str) -> str:
    """Return a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    """Return a value of TOML, a table inline."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else json.dumps(value).removesuffix(".0")


def _pattern(pattern: str) -> str:
    """Return a pattern as a literal string, without escapes, where that is possible."""
    plain = "'" not in pattern and pattern.isprintable()
    return f"'{pattern}'" if plain else _text(pattern)
