"""What the lines of a table say, one label each; a wrong line costs itself. Pure."""

from collections.abc import Callable, Container, Iterator, Sequence
from functools import partial

from hnp_etl.errors import FileError
from hnp_etl.labels.document import Leaf, Scalar
from hnp_etl.labels.sources.decimals import with_points
from hnp_etl.labels.sources.entry import SUFFIX, Entry, entry_key, frame_of, level_cell, level_of
from hnp_etl.labels.sources.header import Header, column_name
from hnp_etl.labels.sources.lines import Line, NoValue, Sheet
from hnp_etl.labels.values import is_missing, known_codes
from hnp_etl.recipes.grammar import bare, bare_path, whole
from hnp_etl.recipes.label_table import Label, LabelField
from hnp_shared.vocabulary import Reason

SIZES: tuple[LabelField, ...] = ("age", "canal_width_mm")
"""Fields whose values are sizes, which may have a fraction."""


def line_entries(
    sheet: Sheet, header: Header, recipe: Label, where: str
) -> Iterator[Entry | FileError]:
    """Yield what the lines below the header say, and what is wrong in lines that name no image.

    Args:
        sheet: with the lines.
        header: of the sheet.
        recipe: how its columns are read.
        where: stands before the number of a line where it is told.
    """
    for line in _trimmed(_pointed(sheet, header, recipe), len(header.names)):
        if _is_aside(line, header):
            continue
        place, key = f"{where}line {line.number}", _key(line, header, recipe)
        frame = _frame(line, header, recipe)
        try:
            leaves = _leaves(line.cells, header, recipe)
            if key is not None:
                yield Entry(key, leaves, place=place, frame=frame)
        except FileError as error:
            if key is None:
                yield FileError(error.reason, f"{place} {error.what}")
            else:
                yield Entry(key, None, error.reason, place, error.what, frame)


def _pointed(sheet: Sheet, header: Header, recipe: Label) -> Sequence[Line]:
    """Return the lines below the header, with a point for each decimal comma."""
    lines = sheet.lines[header.line + 1 :]
    if not sheet.commas:
        return lines
    names = {path[-1] for field in SIZES for path in map(bare_path, recipe.fields.get(field, ()))}
    sizes = {number for number, name in enumerate(header.names) if bare(name) in names}
    codes = {*header.code, *header.wide}
    lists = codes if "0" in known_codes(recipe.codes) else set()
    return [Line(number, with_points(cells, sizes - codes, lists)) for number, cells in lines]


def _leaves(cells: Sequence[Scalar], header: Header, recipe: Label) -> tuple[Leaf, ...]:
    width = len(header.names)
    if not _named_width(header) <= len(cells) <= width:
        raise FileError(Reason.BAD_VALUE, _width_told(cells, width))
    cells = [*cells, *[None] * (width - len(cells))]
    _check_key(cells, header, recipe)
    leaves = [_leaf(name, cell) for name, cell in zip(header.names, cells, strict=True) if name]
    return (*leaves, *_disc(cells, header, recipe))


def _named_width(header: Header) -> int:
    """Return how many columns a line must have: those behind the last name may be missing."""
    return max(number for number, name in enumerate(header.names, 1) if name)


def _leaf(name: str, cell: Scalar) -> Leaf:
    # two values are none that can be read, and so is what holds an error
    return Leaf((name,), (cell, cell) if isinstance(cell, NoValue) else (cell,))


def _trimmed(lines: Sequence[Line], width: int) -> Sequence[Line]:
    """Return lines without the empty cells that all of them have behind the header's."""
    if lines and all(len(each.cells) > width and not any(each.cells[width:]) for each in lines):
        return [Line(number, cells[:width]) for number, cells in lines]
    return lines


def _is_aside(line: Line, header: Header) -> bool:
    """Tell whether a line is a comment, or the header over again."""
    first = line.cells[0]
    comment = isinstance(first, str) and not isinstance(first, NoValue) and first.startswith("#")
    if comment and (len(line.cells) != len(header.names) or not any(line.cells[1:])):
        return True
    return tuple(map(column_name, line.cells)) == header.names


def _width_told(cells: Sequence[Scalar], width: int) -> str:
    if len(cells) == 1 and isinstance(cells[0], NoValue):
        return f"holds {cells[0]}"
    return f"has {len(cells)} columns, the header {width}"


def _key(line: Line, header: Header, recipe: Label) -> str | None:
    """Return the image that a line names, in the first of the key columns that has a value.

    A line of one cell is a note, or what is left of a line.
    """
    if len(line.cells) == 1 < len(header.names):
        return None
    for number in header.key:
        cell = line.cells[number] if number < len(line.cells) else None
        if not is_missing(cell, recipe.missing_names) and not isinstance(cell, NoValue):
            return entry_key(cell, recipe)
    return None


def _frame(line: Line, header: Header, recipe: Label) -> int | None:
    """Return the frame that a line names, in the first of the frame columns that has a value."""
    cells = (line.cells[each] for each in header.frame if each < len(line.cells))
    frames = (frame_of(cell, recipe.missing_words) for cell in cells)
    return next((frame for frame in frames if frame is not None), None)


def _check_key(cells: Sequence[Scalar], header: Header, recipe: Label) -> None:
    """Refuse a line that says something and names no image, or two in its key columns.

    A folder, a UID or a number beside the name of a file is no second name: only what is written
    in the same way, with or without a suffix, is compared. A note below a table says nothing.
    """
    names, missing = recipe.missing_names, recipe.missing_words
    said = [number for number in header.key if not is_missing(cells[number], names)]
    if any(isinstance(cells[number], NoValue) for number in said):
        raise FileError(Reason.BAD_VALUE, f"holds {cells[said[0]]} where it names its image")
    told = (cells[each] for each in (*header.level, *header.code))
    if not said and any(not is_missing(cell, missing) for cell in told):
        raise FileError(Reason.BAD_VALUE, "names no image")
    texts = [(bare(header.names[each]), _slashed(cells[each])) for each in said]
    files = {_stem(text) for _, text in texts if SUFFIX.search(text)}
    plain = {
        _stem(text)
        for name, text in texts
        if not ("path" in name or "/" in text or SUFFIX.search(text) or _is_number(text))
    }
    if len(files) > 1 or len(plain) > 1:
        raise FileError(Reason.FIELD_CONFLICT, "names two images in its key columns")


def _slashed(cell: Scalar) -> str:
    return str(cell).strip().replace("\\", "/")


def _stem(text: str) -> str:
    return SUFFIX.sub("", text).rpartition("/")[2].casefold()


def _is_number(text: str) -> bool:
    """Tell whether a text is a number or a UID, which may count something else."""
    return text.replace(".", "").isdecimal()


def _disc(cells: Sequence[Scalar], header: Header, recipe: Label) -> tuple[Leaf, ...]:
    """Return the disc that the level and code columns tell."""
    if any(isinstance(cells[each], NoValue) for each in header.wide):
        raise FileError(Reason.BAD_VALUE, "holds an error or no stored value in place of a code")
    missing = recipe.missing_words
    levels, codes = ([cells[each] for each in columns] for columns in (header.level, header.code))
    level = _agreed("levels", levels, partial(_level, recipe), missing)
    code = _agreed("codes", codes, _code, missing)
    try:
        return level_cell(level, Leaf((), (code,)), recipe)
    except FileError:
        if all(is_missing(cells[each], missing) for each in header.wide):
            raise
        return ()  # discs have columns of their own: this one means something else


def _agreed(
    what: str, cells: Sequence[Scalar], read: Callable[[Scalar], str], missing: Container[str]
) -> Scalar:
    """Return the one value of columns that mean the same, a missing one where all are."""
    for cell in cells:
        if isinstance(cell, NoValue):
            raise FileError(Reason.BAD_VALUE, f"holds {cell} among its {what}")
    stated = [cell for cell in cells if not is_missing(cell, missing)]
    if len({read(cell) for cell in stated}) > 1:
        raise FileError(Reason.FIELD_CONFLICT, f"tells two {what} that disagree")
    # a word that says that there is none may be a code of the recipe
    return (stated or [cell for cell in cells if cell not in (None, "")] or [None])[0]


def _level(recipe: Label, cell: Scalar) -> str:
    return level_of(cell, recipe) or str(cell)


def _code(cell: Scalar) -> str:
    return whole(str(cell).strip()).casefold()
