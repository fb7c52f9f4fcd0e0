"""Exports of annotation tools in a tree: of which tool, and what their marks say of discs."""

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from types import MappingProxyType
from typing import cast

from hnp_etl.errors import FileError
from hnp_etl.files.source_file import SourceFile
from hnp_etl.labels.document import Leaf
from hnp_etl.labels.sources.annotated import Picture, pictures_from_json
from hnp_etl.labels.sources.rows import EntrySource, LabelFile
from hnp_etl.labels.values import is_missing
from hnp_etl.limits import Limits
from hnp_etl.recipes.label_sources import LABEL_SOURCES
from hnp_etl.recipes.label_table import Entries, Label
from hnp_etl.state.counts import OtherFile
from hnp_etl.survey.key_guess import level_named
from hnp_etl.survey.masking import harmless_value, is_shown_whole, key_words
from hnp_etl.survey.table_sheet import CODE_WORDS

_LOOKED_AT = 24
"""Files by which a tool is known, the largest: an export of many images is one large file."""

_MOST_READ, _MOST_OPENED = 400, 800
"""Files of that tool whose marks are looked at, codes repeat long before; and of any."""

_MOST_CODES = 24
_FEW_DISCS = 0.2
"""Share of an attribute's values that must name a disc."""

# What stands in every file of a tool, and in few others; reading decides.
_MARKS = MappingProxyType(
    {
        "labelme": (b'"shapes"', b'"imagePath"'),
        "coco": (b'"images"', b'"annotations"', b'"categories"'),
        "cvat": (b"<annotations", b"<image"),
        "via": (b"filename", b"region_attributes"),
        "label-studio": (b'"data"', b'"result"'),
    }
)

EXPORT_SUFFIXES = frozenset().union(*(LABEL_SOURCES[tool].suffixes for tool in _MARKS))
"""Endings of names that exports may have."""


@dataclass(frozen=True, slots=True)
class Exports:
    """What exports of one tool tell.

    Attributes:
        label: that reads them.
        rows: of each image, its attributes and discs with codes as leaves.
        are_most: whether most of the files that were looked at are such exports.
    """

    label: Label
    rows: tuple[tuple[Leaf, ...], ...]
    are_most: bool


def find_exports(files: Iterable[OtherFile], start: Label, limits: Limits) -> Exports | None:
    """Return what the exports in a tree tell; None where there are none that tell of discs."""
    ranked = sorted(files, key=lambda file: (-file.size, file.path))
    ranked = [file for file in ranked if 0 < file.size <= limits.label_bytes]
    looked = ranked[:_LOOKED_AT]
    tools = Counter(tool for file in looked if (tool := _tool_of(file)))
    for tool, count in tools.most_common():
        source = cast("EntrySource", import_module(str(LABEL_SOURCES[tool].module)))
        texts = list(islice(_texts(tool, source, ranked[:_MOST_OPENED], limits), _MOST_READ))
        pictures = (each for text in texts for each in pictures_from_json(text.text))
        table = _columns(pictures, start.table)
        label = start.model_copy(update={"source": tool, "table": table})
        rows = tuple(_rows(source, texts, label))
        if any(_tells(row, label) for row in rows):
            return Exports(label, rows, 2 * count > len(looked))
    return None


def _tool_of(file: OtherFile) -> str | None:
    """Return the tool whose file this looks like."""
    content = _content(file)
    return next((tool for tool in _MARKS if _may_be(tool, file, content)), None)


def _texts(
    tool: str, source: EntrySource, files: Iterable[OtherFile], limits: Limits
) -> Iterator[LabelFile]:
    for number, file in enumerate(files, 1):
        content = _content(file)
        if _may_be(tool, file, content):
            with contextlib.suppress(FileError):  # another file that has the same words
                text = source.read(content, limits)
                yield LabelFile(number, file.path.rpartition("/")[0], text)


def _may_be(tool: str, file: OtherFile, content: bytes) -> bool:
    suffixes = tuple(LABEL_SOURCES[tool].suffixes)
    named = file.path.casefold().endswith(suffixes)
    return named and all(mark in content for mark in _MARKS[tool])


def _content(file: OtherFile) -> bytes:
    """Return what a file holds, nothing where it cannot be read."""
    try:
        with SourceFile.at(file.raw).opened() as opened:
            return opened.read_from(0)
    except (FileError, OSError):
        return b""


def _rows(
    source: EntrySource, files: Sequence[LabelFile], label: Label
) -> Iterator[tuple[Leaf, ...]]:
    """Yield what is said of each image, once however many names it may have."""
    for found in source.label_sets(files, label):
        seen = {(each.place, each.frame): each.leaves for each in found.entries}
        yield from (leaves for leaves in seen.values() if leaves is not None)


def _tells(row: Sequence[Leaf], label: Label) -> bool:
    """Tell whether a row has a disc with a code."""
    discs = {aliases[0] for aliases in label.levels.values() if aliases}
    return any(
        leaf.keys[0] in discs and not all(is_missing(each) for each in leaf.values) for leaf in row
    )


def _columns(pictures: Iterable[Picture], start: Entries) -> Entries:
    """Return the attributes that tell the level and the code, by their values and names."""
    told: dict[str, Counter[str]] = {}
    for picture in pictures:
        for mark in picture.marks:
            for name, value in mark.attributes:
                if not is_missing(value):
                    told.setdefault(name, Counter())[str(value).strip()] += 1
    shown = {name: values for name, values in told.items() if is_shown_whole(name)}
    level = [name for name, values in shown.items() if _names_discs(values)]
    code = [
        name
        for name, values in shown.items()
        if name not in level
        and set(key_words(name)) & CODE_WORDS
        and len(values) <= _MOST_CODES
        and all(map(harmless_value, values))
    ]
    update = {"level": tuple(level) or start.level, "code": tuple(code) or start.code}
    return start.model_copy(update=update)


def _names_discs(values: Counter[str]) -> bool:
    named = sum(count for value, count in values.items() if level_named(value))
    return named > _FEW_DISCS * values.total()
