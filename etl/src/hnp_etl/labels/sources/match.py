"""By what an image is found that an entry names. Pure."""

from collections.abc import Iterator


def path_key(path: str) -> str:
    """Return a path as paths are compared: relative, `/` between."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def image_keys(folder: str, stem: str, uid: str | None, depths: frozenset[int]) -> Iterator[str]:
    """Yield the keys by which entries may name an image.

    Args:
        folder: of the image, `/` between.
        stem: name without suffix.
        uid: SOP Instance UID.
        depths: how many segments the paths in entries have.
    """
    parts = [*folder.split("/"), stem]
    for depth in sorted(depths):
        if depth <= len(parts):
            yield "path " + "/".join(parts[-depth:])
    if uid:
        yield f"uid {uid}"
