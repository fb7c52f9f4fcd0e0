"""What the marks of an image say of its discs, under a recipe. Pure.

A mark says a disc with its code, or one of both: then the other may stand in another mark, or in
what is said of the whole image, where only one disc can be meant.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.sources.annotated import Mark, Picture
from hnp_etl.labels.sources.class_words import ClassWords, Said, attribute_in
from hnp_etl.labels.sources.entry import Entry, frame_of, level_cell
from hnp_etl.labels.values import is_missing, known_codes, recipe_code
from hnp_etl.recipes.grammar import bare, word
from hnp_etl.recipes.label_table import Label
from hnp_shared.vocabulary import LEVEL_NAMES, Reason

_MOST_BESIDE = 64
"""Marks without a frame that hold for every frame named beside them: one or two say which disc."""


class _Told(NamedTuple):
    """What one mark says: discs and codes, and attributes of other names as leaves."""

    said: Sequence[Said]
    rest: Sequence[Leaf]


class MarkReader:
    """Reads marks under one recipe."""

    def __init__(self, recipe: Label) -> None:
        self._recipe, self._words = recipe, ClassWords(recipe)
        self._codes, self._missing = known_codes(recipe.codes), recipe.missing_words
        self._level, self._code, self._frame = (
            frozenset(map(bare, names))
            for names in (recipe.table.level, recipe.table.code, recipe.table.frame)
        )

    def entries(self, picture: Picture, keys: Sequence[str], place: str) -> Iterator[Entry]:
        """Yield what a picture says, one entry a key and frame; none where it has no marks.

        Args:
            picture: of which `marks` are read.
            keys: by which its image may be found.
            place: of it in its file, for people.
        """
        marks = [self._named(mark) for mark in dict.fromkeys(picture.marks)]
        for frame, together in self._by_frame(marks):
            try:
                leaves, reason, what = self._leaves(together), None, ""
            except FileError as error:
                leaves, reason, what = None, error.reason, error.what
            for key in keys:
                yield Entry(key, leaves, reason, place, what, frame)

    def _named(self, mark: Mark) -> Mark:
        """Return a mark whose classes of the form `name: value` are attributes."""
        classes, attributes = list[str](), list(mark.attributes)
        for text in mark.classes:
            found = attribute_in(text) if self._words.read(text) == Said() else None
            if found is None:
                classes.append(text)
            else:
                attributes.append(found)
        return Mark(tuple(classes), tuple(attributes))

    def _by_frame(self, marks: Sequence[Mark]) -> Iterator[tuple[int | None, Sequence[Mark]]]:
        """Yield the marks of each frame; those of no frame hold for each that is named."""
        frames = [self._frame_of(mark) for mark in marks]
        named = sorted({frame for frame in frames if frame is not None})
        if marks and not named:
            yield None, marks
        pairs = list(zip(marks, frames, strict=True))
        own: dict[int, list[Mark]] = {frame: [] for frame in named}
        for mark, frame in pairs:
            if frame is not None:
                own[frame].append(mark)
        beside = [mark for mark, frame in pairs if frame is None][:_MOST_BESIDE]
        for frame, of in own.items():
            yield frame, [*beside, *of]

    def _frame_of(self, mark: Mark) -> int | None:
        stated = (
            frame_of(value, self._missing)
            for name, value in mark.attributes
            if bare(name) in self._frame
        )
        return next((frame for frame in stated if frame is not None), None)

    def _leaves(self, marks: Sequence[Mark]) -> tuple[Leaf, ...]:
        told = [self._told(mark) for mark in marks]
        found = self._cells([said for each in told for said in each.said])
        rest = dict.fromkeys(leaf for each in told for leaf in each.rest)
        return (*rest, *(leaf for disc, code in found for leaf in self._cell(disc, code)))

    def _cell(self, disc: str, code: str | None) -> tuple[Leaf, ...]:
        return level_cell(disc, Leaf((), (code,)), self._recipe)

    def _told(self, mark: Mark) -> _Told:
        """Return what a mark says by its attributes and its classes.

        Raises:
            FileError: FIELD_CONFLICT or BAD_VALUE.
        """
        stated = [Leaf((name,), (value,)) for name, value in mark.attributes]
        levels = self._stated(mark, self._level)
        discs = [said for value in levels for said in (self._level_said(value),)]
        codes = [Said(None, str(value)) for value in self._stated(mark, self._code)]
        classes = [self._words.read(text) for text in mark.classes]
        named = self._level | self._code | self._frame
        rest = [leaf for leaf in stated if bare(leaf.keys[0]) not in named]
        rest += [  # such as L5-6: told, though it is no disc of the recipe
            Leaf((text,), (None,))
            for text, said in zip(mark.classes, classes, strict=True)
            if said == Said()
        ]
        whole = [said for said in classes if said.disc]
        if not (discs or codes or whole):
            return _Told(classes, rest)
        if not (codes or any(said.code for said in (*discs, *whole))):
            codes = [said for said in classes if said.code]
        if discs or len({said.disc for said in whole}) < 2:
            return _Told([self._joined([*discs, *whole], codes)], rest)
        return _Told([*whole, *codes], rest)

    def _stated(self, mark: Mark, names: frozenset[str]) -> list[Scalar]:
        """Return the values of attributes; what the recipe maps is none that is missing."""
        return [
            value
            for name, value in mark.attributes
            if bare(name) in names
            if not is_missing(value, self._missing)
            or (names is self._code and recipe_code(str(value), self._codes))
        ]

    def _level_said(self, value: Scalar) -> Said:
        """Return what an attribute of a level says; it may hold the code too, `L4-5:3`."""
        said = self._words.read(str(value))
        if said.disc is None:
            level_cell(value, Leaf((), ()), self._recipe)  # raises: it names no disc
        return said

    def _joined(self, discs: Sequence[Said], codes: Sequence[Said]) -> Said:
        """Return the one disc and code that one mark says in several places."""
        names = {said.disc for said in discs}
        stated = [said.code for said in (*discs, *codes) if said.code is not None]
        if len(names) > 1:
            raise FileError(Reason.FIELD_CONFLICT, "tells two levels that disagree in one mark")
        if len({self._compared(code) for code in stated}) > 1:
            raise FileError(Reason.FIELD_CONFLICT, "tells two codes that disagree in one mark")
        return Said(next(iter(names), None), stated[0] if stated else None)

    def _cells(self, said: Iterable[Said]) -> list[tuple[str, str | None]]:
        """Return the discs that all marks of an image tell, from the head down, and their codes.

        Raises:
            FileError: FIELD_CONFLICT or BAD_VALUE.
        """
        discs: dict[str, list[str]] = {}
        alone: list[str] = []
        for disc, code in said:
            codes = alone if disc is None else discs.setdefault(disc, [])
            if code is not None and self._is_code(code):
                codes.append(code)
        if alone and discs and not any(discs.values()):
            if len(discs) > 1:
                what = "holds a code and several discs, expected each disc with its code"
                raise FileError(Reason.BAD_VALUE, what)
            discs = dict.fromkeys(discs, alone)
        for codes in discs.values():
            if len(set(map(self._compared, codes))) > 1:
                what = "tells two codes that disagree of one disc"
                raise FileError(Reason.FIELD_CONFLICT, what)
        return [(disc, next(iter(discs[disc]), None)) for disc in LEVEL_NAMES if disc in discs]

    def _is_code(self, text: str) -> bool:
        return recipe_code(text, self._codes) is not None or not is_missing(text, self._missing)

    def _compared(self, code: str) -> str:
        return recipe_code(code, self._codes) or word(code)
