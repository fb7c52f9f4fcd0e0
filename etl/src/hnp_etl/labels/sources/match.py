"""By what an image is found that an entry names. Pure."""

import re
from collections.abc import Container, Iterator

from hnp_etl.recipes.grammar import whole

# What a picture made from an image is named: "scan.png" for "scan.dcm".
_PICTURE = re.compile(r"\.(?:jpe?g|png|bmp|tiff?|gif)$")
_DIGITS = re.compile(r"\d+")


def path_key(path: str) -> str:
    """Return a path as paths are compared: relative, `/` between.

    >>> path_key("../P01/./scan")
    'P01/scan'
    """
    return "/".join(part for part in path.split("/") if part not in ("", ".", ".."))


def image_keys(folder: str, stem: str, uid: str | None, depth: int) -> Iterator[str]:
    """Yield the keys by which entries may name an image.

    Args:
        folder: of the image, `/` between.
        stem: name without suffix.
        uid: SOP Instance UID.
        depth: how many segments the paths have.
    """
    parts = [*folder.split("/"), stem]
    if depth <= len(parts):
        yield "path " + "/".join(parts[-depth:])
    if uid:
        yield f"uid {uid}"


def tail(key: str, depth: int) -> str | None:
    """Return a key by its last segments alone; None for a path that has fewer.

    >>> tail("path mnt/P01/scan", 2), tail("path scan", 2), tail("uid 1.2", 2)
    ('path P01/scan', None, 'uid 1.2')
    """
    if not key.startswith("path "):
        return key
    parts = key.removeprefix("path ").split("/")
    return "path " + "/".join(parts[-depth:]) if depth <= len(parts) else None


def loose(key: str) -> str:
    """Return a key without what spreadsheets and file systems lose.

    That is case, zeros in front, the point of a whole number, and the suffix of a picture.

    >>> loose("path P01/007"), loose("path p01/7.0"), loose("path X1.jpg")
    ('path p01/7', 'path p01/7', 'path x1')
    """
    kind, _, path = key.partition(" ")
    parts = _PICTURE.sub("", path.casefold()).split("/") if kind == "path" else [path]
    return f"{kind} " + "/".join(map(_plain, parts))


def same_place(named: str, image: str, depth: int, beside: Container[str] = ()) -> bool:
    """Tell whether two paths that share their last segments may be of one file.

    The first segments that differ must not be of one form: `P01` and `P02` are two places,
    `export` and `src` may be two names of one, unless the table has a folder of that name too.

    >>> same_place("mnt/src/P01/scan", "data/P01/scan", 2)
    True
    >>> same_place("H02/P01/scan", "H01/P01/scan", 2)
    False
    >>> same_place("north/P01/scan", "south/P01/scan", 2, {"north", "south"})
    False

    Args:
        named: a path in a table.
        image: the path of an image.
        depth: how many segments they share.
        beside: folders, without case, that the table names in the place of the first that differs.
    """
    others = [path.split("/")[: -depth or None] for path in (named, image)]
    if not all(others):
        return True
    forms = {_DIGITS.sub("N", parts[-1].casefold()) for parts in others}
    return len(forms) == 2 and others[1][-1].casefold() not in beside


def is_foreign(named: str, hospital: str) -> bool:
    """Tell whether a path names a hospital of the same form as another one, and not that one.

    >>> is_foreign("mnt/H03/img/P01/scan", "H01"), is_foreign("mnt/H01/img/P01/scan", "H01")
    (True, False)
    >>> is_foreign("mnt/export/P01/scan", "H01"), is_foreign("mnt/H03/P01/scan", "unknown")
    (False, False)
    """
    if not _DIGITS.search(hospital):
        return False
    form = r"\d+".join(map(re.escape, _DIGITS.split(hospital.casefold())))
    found = re.findall(rf"(?<![^\W_]){form}(?!\d)", named.casefold())
    return bool(found) and hospital.casefold() not in found


def _plain(part: str) -> str:
    plain = whole(part)
    return plain.lstrip("0") or "0" if plain.isdecimal() else plain
