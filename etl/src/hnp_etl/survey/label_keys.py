"""Which keys labels have, how often, of which types; values only where they are harmless. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Number, Scalar
from hnp_etl.labels.values import (
    code_tokens,
    is_missing,
    known_codes,
    written_age,
    written_size,
)
from hnp_etl.recipes.grammar import word
from hnp_etl.survey.key_guess import Guess, KeyGuesser
from hnp_etl.survey.masking import harmless_value, looks_identifying

MOST_VALUES = 24
"""A key with more different values gets no histogram."""

MOST_KEYS = 10_000
"""Different keys that are counted; a set with more has names or numbers for keys."""

_FEW = 0.1
"""Keys in a smaller share of every hospital's labels are counted, not shown: a name may be one."""

_MOST_SIBLINGS = 48
"""An object with more different keys is a table keyed by something, maybe by a person."""

_DIGIT = re.compile(r"\d")
_BOOLEANS = known_codes(["true", "false"])
"""Codes that only a recipe can explain."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeyProfile:
    """One key of the labels.

    Attributes:
        labels: how many have it; hospitals: share of the labels that have it, by hospital.
        values: histogram, empty when it is not to be shown; hidden: values left out of it.
        median: of a canal size, as written; unit_words: units written with it.
    """

    path: Path
    guess: Guess | None
    labels: int
    hospitals: Mapping[str, float]
    types: Mapping[str, int]
    values: Mapping[str, int]
    hidden: int
    median: float | None
    unit_words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LabelKeys:
    """All keys.

    Attributes:
        rare: keys that are in too few labels to be shown.
        conflicts: pairs of paths of one field that disagree in a label -> how often.
        every: keys, shown or not -> labels that have them; only a private page may show them.
    """

    labels: int
    keys: tuple[KeyProfile, ...]
    rare: int
    conflicts: Mapping[tuple[Path, Path], int]
    every: Mapping[Path, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Key:
    guess: Guess | None
    shows: bool
    labels: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    hidden: int = 0
    is_shape: bool = False
    sizes: Counter[float] = field(default_factory=Counter)
    units: Counter[str] = field(default_factory=Counter)


def profile_keys(labels: Iterable[tuple[str, tuple[Leaf, ...]]], guesser: KeyGuesser) -> LabelKeys:
    """Count the keys of labels, given as hospital and leaves."""
    tally = _Tally(guesser)
    for hospital, leaves in labels:
        tally.add(hospital, leaves)
    shown = [tally.profile(path) for path in tally.keys if tally.is_shown(path)]
    shown.sort(key=lambda each: (each.path[:-1], -each.labels, each.path))
    hidden = len(tally.keys) - len(shown) + tally.beyond
    every = {path: key.labels.total() for path, key in tally.keys.items()}
    return LabelKeys(tally.labels.total(), tuple(shown), hidden, tally.conflicts, every)


class _Tally:
    """Keys met so far; `beyond` counts places in labels where there was no room for a new one."""

    def __init__(self, guesser: KeyGuesser) -> None:
        self.labels = Counter[str]()
        self.keys: dict[Path, _Key] = {}
        self.beyond = 0
        self.conflicts = Counter[tuple[Path, Path]]()
        self._children = Counter[Path]()
        self._guesser = guesser

    def add(self, hospital: str, leaves: Iterable[Leaf]) -> None:
        """Count the keys of one label."""
        self.labels[hospital] += 1
        seen, fields = set[Path](), dict[str, list[Leaf]]()
        for leaf in leaves:
            key = self._key(leaf.keys)
            if key is not None:
                _add(key, leaf)
                seen.add(leaf.keys)
                if key.guess:
                    fields.setdefault(key.guess.field, []).append(leaf)
        for path in seen:
            self.keys[path].labels[hospital] += 1
        for same in fields.values():
            if len(same) > 1:
                self.conflicts.update(_disagreeing(same))

    def is_shown(self, path: Path) -> bool:
        """Tell whether a key is one of many labels, and so no person's name."""
        if any(self._children[path[:depth]] > _MOST_SIBLINGS for depth in range(len(path))):
            return False
        known = self.keys[path].guess is not None
        return self._is_common(path[:-1] if known else path)

    def profile(self, path: Path) -> KeyProfile:
        """Return what was found of a key."""
        return _profile(path, self.keys[path], self.labels)

    def _key(self, path: Path) -> _Key | None:
        """Return the counts of a key, None for the label itself and when there is no room."""
        if path in self.keys or not path:
            return self.keys.get(path)
        if len(self.keys) >= MOST_KEYS:
            self.beyond += 1
            return None
        self._children[path[:-1]] += 1
        return self.keys.setdefault(path, _new(path, self._guesser))

    def _is_common(self, path: Path) -> bool:
        if not path or path not in self.keys:
            return not path
        met = self.keys[path].labels
        return any(count >= _FEW * self.labels[name] for name, count in met.items())


def _new(path: Path, guesser: KeyGuesser) -> _Key:
    guess = guesser.guess(path)
    safe = not any(map(looks_identifying, path))
    harmless = safe if guess is None else guess.is_level or guess.field in {"sex", "age"}
    return _Key(guess, harmless, is_shape=bool(guess and guess.field == "age"))


def _add(key: _Key, leaf: Leaf) -> None:
    key.types[_type_of(leaf)] += 1
    if key.guess and key.guess.field == "canal_width_mm":
        _add_size(key, leaf)
    elif key.shows and leaf.readable:
        for text in _texts(key, leaf):
            full = len(key.values) > MOST_VALUES and text not in key.values
            if full or not (key.is_shape or harmless_value(text)):
                key.hidden += 1
            else:
                key.values[text] += 1


def _texts(key: _Key, leaf: Leaf) -> list[str]:
    """Return a leaf's values as they may be counted: codes, words of sex, shapes of ages."""
    if key.guess and key.guess.is_level:
        try:
            return [token for value in leaf.values for token in code_tokens(value, _BOOLEANS)]
        except FileError:
            return []
    stated = ["" if value is None else str(value).strip() for value in leaf.values]
    if key.guess and key.guess.field == "age":
        return [_age_shape(text) for text in stated]
    return stated


def _age_shape(text: str) -> str:
    """Return an age with N for each digit: "NN", "NN.N", "만 NN세", "NN yrs", "NNNy"."""
    if is_missing(text):
        return "missing"
    return "other text" if written_age(text)[0] is None else _DIGIT.sub("N", text)


def _add_size(key: _Key, leaf: Leaf) -> None:
    for value in leaf.values:
        size, unit = written_size("" if is_missing(value) else str(value))
        if size is not None and size > 0:
            key.sizes[round(size, 1)] += 1
            key.units[unit] += 1


def _type_of(leaf: Leaf) -> str:
    if not leaf.readable:
        return "object"
    return _scalar_type(leaf.values[0]) if len(leaf.values) == 1 else "list"


def _scalar_type(value: Scalar) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, Number):
        return "number"
    if is_missing(value):
        return "missing"
    return "digits" if str(value).strip().isdigit() else "text"


def _disagreeing(leaves: list[Leaf]) -> Iterable[tuple[Path, Path]]:
    """Yield pairs of paths that say different things in one label."""
    for index, one in enumerate(leaves):
        for other in leaves[index + 1 :]:
            if one.keys != other.keys:
                said = [
                    [word(str(value)) for value in leaf.values if not is_missing(value)]
                    for leaf in (one, other)
                ]
                if all(said) and said[0] != said[1]:
                    yield min(one.keys, other.keys), max(one.keys, other.keys)


def _profile(path: Path, key: _Key, totals: Mapping[str, int]) -> KeyProfile:
    few = len(key.values) <= MOST_VALUES
    middle = sorted(key.sizes.elements())
    return KeyProfile(
        path=path,
        guess=key.guess,
        labels=key.labels.total(),
        hospitals={name: count / totals[name] for name, count in sorted(key.labels.items())},
        types=dict(sorted(key.types.items())),
        values=dict(sorted(key.values.items())) if few else {},
        hidden=key.hidden + (0 if few else key.values.total()),
        median=middle[len(middle) // 2] if middle else None,
        unit_words=dict(sorted((unit, count) for unit, count in key.units.items() if unit)),
    )
