"""Images as annotation tools export them: a name, and marks with classes and attributes. Pure.

A mark is a box, an outline, a tag of the whole image, or what stands beside all of them. Where it
lies on the image does not matter here; masks are read by `hnp-etl masks`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Json, Leaf, Scalar, sound_text
from hnp_etl.labels.sources.rows import rows_from_json, rows_to_json
from hnp_shared.vocabulary import Reason

_MOST_LETTERS = 32 * 2**20
"""Letters of all classes and attributes, as the state keeps them: a class is named once in some
exports, and meant by each of a million marks."""

_MOST_SAID = 20_000
"""Classes and attributes of one image."""

_MARK = "mark"
_CLASS = ""


class Mark(NamedTuple):
    """What one mark says: its classes, and its attributes by name."""

    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, Scalar], ...] = ()


class Picture(NamedTuple):
    """What an export says of one image.

    Attributes:
        name: of the image, None where none is given.
        wrong: why what is said cannot be used; never a value.
    """

    name: str | None
    marks: tuple[Mark, ...]
    wrong: str | None = None


def attributes_of(found: Json, beside: Iterable[str] = ()) -> Iterator[tuple[str, Scalar]]:
    """Yield the plain values of an object by name; a checked option of a list counts as its value.

    >>> list(attributes_of({"level": "L4-5", "found": {"3": True, "4": False}, "id": "7"}, ["id"]))
    [('level', 'L4-5'), ('found', '3')]

    Args:
        found: the object; anything else has none.
        beside: names that mean something else.
    """
    for name, value in found.items() if isinstance(found, dict) else ():
        if name in beside:
            continue
        if isinstance(value, dict):
            yield from ((name, option) for option, chosen in value.items() if _is_set(chosen))
        elif isinstance(value, list):
            yield from ((name, each) for each in value if not isinstance(each, (dict, list)))
        else:
            yield name, value


def flags_of(found: Json) -> Iterator[str]:
    """Yield the names of the flags that are set."""
    for name, value in found.items() if isinstance(found, dict) else ():
        if _is_set(value):
            yield name


def objects_of(found: Json) -> Sequence[Mapping[str, Json]]:
    """Return the objects of a list, or of an object whose keys only number them."""
    each = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [item for item in each if isinstance(item, dict)]


def text_of(value: Json) -> str | None:
    """Return a plain value as text, None where there is none."""
    if value is None or isinstance(value, (dict, list, bool)):
        return None
    return str(value).strip() or None


def pictures_to_json(pictures: Iterable[Picture]) -> str:
    """Return pictures as JSON, for the private state.

    Raises:
        FileError: TOO_LARGE or BAD_ENCODING.
    """
    rows, letters = [], 0
    for picture in map(_bounded, pictures):
        row = tuple(_leaves(picture))
        letters += sum(_letters(leaf) for leaf in row)
        if letters > _MOST_LETTERS:
            raise FileError(Reason.TOO_LARGE, "found too many classes and attributes")
        rows.append(row)
    return rows_to_json(rows)


def pictures_from_json(text: str) -> Iterator[Picture]:
    """Yield the pictures that `pictures_to_json` wrote."""
    for name, *rest in rows_from_json(text):
        marks: list[tuple[tuple[str, ...], list[tuple[str, Scalar]]]] = []
        for leaf in rest:
            if leaf.keys[0] == _MARK:
                marks.append((tuple(map(str, leaf.values)), []))
            else:
                marks[-1][1].append((leaf.keys[1], leaf.values[0]))
        stated, wrong = (None if each is None else str(each) for each in name.values)
        said = tuple(Mark(classes, tuple(told)) for classes, told in marks)
        yield Picture(stated, said, wrong)


def _bounded(picture: Picture) -> Picture:
    """Return a picture without its marks where nobody can have made so many."""
    if sum(len(mark.classes) + len(mark.attributes) for mark in picture.marks) > _MOST_SAID:
        return Picture(picture.name, (), "holds more classes and attributes than anybody marks")
    return picture


def _leaves(picture: Picture) -> Iterator[Leaf]:
    yield Leaf((_CLASS,), (picture.name, picture.wrong))
    for mark in picture.marks:
        yield Leaf((_MARK,), mark.classes)
        for name, value in mark.attributes:
            yield Leaf((_CLASS, name), (value,))


def _letters(leaf: Leaf) -> int:
    texts = (*leaf.keys, *map(str, leaf.values))
    return sum(len(sound_text(text)) for text in texts)


def _is_set(value: Json) -> bool:
    return value is True or value == "true"
