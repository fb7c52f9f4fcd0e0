"""Runs the build's stages for a few files, and reads no more than their answers need.

A file's own reason needs the walk, the file and its label. What is decided across files, copies
and where patient values come from, needs the rest of its hospital: that is read only for a file
which would otherwise be accepted.
"""

import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path

from hnp_etl.building.intake import meet, pair
from hnp_etl.dicom.header import HeaderFacts
from hnp_etl.explain.members import archive_above, as_unpacked
from hnp_etl.explain.root import tree_of
from hnp_etl.explain.trace import Explanation, explain_one
from hnp_etl.files.place import is_inside
from hnp_etl.reading.read import Ref, read_batch
from hnp_etl.reading.sealed import unpack_header
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.sharding.shard import settle_shard
from hnp_etl.state import (
    archives,
    asked,
    files,
    identity,
    meanings,
    pairs,
    shards,
    slices,
    whereabouts,
)
from hnp_etl.state.asked_file import Asked
from hnp_etl.state.database import Connection, open_scratch
from hnp_etl.walking.paths import nfc, source_labels
from hnp_shared.errors import InputError
from hnp_shared.progress import track
from hnp_shared.vocabulary import Kind


def explain_files(
    paths: Sequence[str], sources: Sequence[Path], recipe: Recipe
) -> list[Explanation]:
    """Explain files as a build over ``sources`` decides on them.

    Args:
        paths: as the user gave them.
        sources: what the build is given; if none, each file's tree is found by its path.
        recipe: under which they are looked at.

    Raises:
        InputError: a path is no file, or lies below none of ``sources``; no sources, but labels
            that may lie anywhere.
    """
    if recipe.label.origin.module is not None and not sources:
        raise InputError(
            f"found no --src, expected it with label source {recipe.label.source}: "
            "its files may lie anywhere"
        )
    groups: dict[tuple[Path, ...], list[str]] = {}
    for path in dict.fromkeys(paths):
        refused = refusal_of(path, sources)
        if refused is not None:
            raise InputError(refused)
        tree = tuple(sources) or (_tree_of(path, recipe),)
        groups.setdefault(tree, []).append(path)
    found: dict[str, Explanation] = {}
    for tree, members in groups.items():
        found |= _explain_group(members, tree, recipe)
    return [found[path] for path in paths]


def refusal_of(path: str, sources: Sequence[Path]) -> str | None:
    """Return why nothing can be said of a path, None when it can be explained.

    Args:
        path: as the user gave it.
        sources: what the build is given; none when each file's tree is found by its path.
    """
    whole = _absolute(path)
    if not os.path.lexists(path):
        archive = archive_above(whole)
        if archive is None:
            return "found nothing at a path that was given, expected a file"
        whole = archive
    if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114  # names are kept as given
        return "found a folder, expected a file"
    through_links = (whole.parent.resolve() / whole.name).parents
    if sources and not any(
        source.absolute() in whole.parents or source.resolve() in through_links
        for source in sources
    ):
        return "found a file that lies below none of --src, expected all to"
    return None


def _tree_of(path: str, recipe: Recipe) -> Path:
    """Return the folder that a build over a file, or over its archive, would be given."""
    whole = _absolute(path)
    archive = None if os.path.lexists(path) else archive_above(whole)
    if archive is None:
        return tree_of(whole, recipe.layout)
    tree = tree_of(as_unpacked(whole, archive), recipe.layout)
    return tree if tree in archive.parents else archive.parent


def _absolute(path: str) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100  # resolve() would follow links


def _explain_group(
    paths: Sequence[str], sources: Sequence[Path], recipe: Recipe
) -> dict[str, Explanation]:
    with open_scratch() as state:
        meet(state, sources, recipe)
        meanings.begin_images(state, recipe)
        meanings.begin_labels(state, recipe.label)
        numbers = {path: _number(state, path, sources) for path in paths}
        facts = _decide(state, list(numbers.values()), recipe)
        known = asked.answers(state, list(numbers.values()))
        archives.note_used(state)
        verdicts = asked.verdicts(state, list(numbers.values()))
        return {
            path: explain_one(
                path,
                known[number],
                _of_frame(facts.get(number), known[number]),
                verdicts[number],
                _shown(state, known[number].partner, path, sources),
                recipe,
            )
            for path, number in numbers.items()
        }


def _of_frame(facts: HeaderFacts | None, known: Asked) -> HeaderFacts | None:
    """Return what the header tells of the frame that stands for its file."""
    if facts is None or known.frames is None:
        return facts
    return facts.of_frame(known.frames.shown)


def _number(state: Connection, path: str, sources: Sequence[Path]) -> int:
    number = asked.find(state, os.fsencode(_absolute(path)))
    if number is None:  # one of the two may go through a link
        whole = _absolute(path)
        below = whole.parent.resolve() / whole.name
        for source in sources:
            if source.resolve() in below.parents:
                inside = source.absolute() / below.relative_to(source.resolve())
                number = number or asked.find(state, os.fsencode(inside))
    if number is None and (archive := archive_above(_absolute(path))) is not None:
        number = _member_number(state, as_unpacked(_absolute(path), archive), sources)
    if number is None:
        raise InputError("found a file that no build would meet, expected one below --src")
    return number


def _member_number(state: Connection, path: Path, sources: Sequence[Path]) -> int | None:
    """Return the number of a member of an archive by its path as if that were unpacked."""
    for source, label in zip(sources, source_labels(sources), strict=True):
        for below in (source.absolute(), source.resolve()):
            if below in path.parents:
                found = whereabouts.find_path(state, f"{label}/{nfc(str(path.relative_to(below)))}")
                if found is not None:
                    return found
    return None


def _decide(state: Connection, numbers: Sequence[int], recipe: Recipe) -> dict[int, HeaderFacts]:
    """Run read, pair, choose and shard as far as the files need them; return their headers."""
    facts = _read_asked(state, numbers, recipe)
    if recipe.label.origin.module is None:
        pairs.pair_all(state)  # by paths: no other label is opened for a file that has one
    if asked.lonely(state, numbers):  # any label may name it, and a UID be that of two images
        _read(state, asked.unread_of(state, Kind.LABEL), recipe)
        if recipe.label.origin.module is not None or asked.labels_name_uids(state):
            _read(state, asked.unread_of(state, Kind.IMAGE), recipe)
    _read(state, asked.partners(state, numbers), recipe)
    _choose(state, recipe)
    if asked.chosen(state, numbers):
        everywhere = recipe.identity.scope == "all"
        _read(state, asked.unread_beside(state, numbers, everywhere=everywhere), recipe)
        _choose(state, recipe)  # whose patient it is, and of what a copy, the others tell
        _settle(state, numbers, recipe)
    return facts


def _read_asked(
    state: Connection, numbers: Sequence[int], recipe: Recipe
) -> dict[int, HeaderFacts]:
    refs = asked.refs(state, numbers)
    read = read_batch(refs, recipe)
    closed = asked.closed(state, numbers)
    files.note_facts(state, [each for each in read if each.id not in closed])
    return {
        each.id: unpack_header(each.facts)
        for ref, each in zip(refs, read, strict=True)
        if each.facts and ref.kind is Kind.IMAGE
    }


def _read(state: Connection, refs: Iterable[Ref], recipe: Recipe) -> None:
    for ref in track(refs, "reading", unit="file"):
        files.note_facts(state, read_batch([ref], recipe))


def _choose(state: Connection, recipe: Recipe) -> None:
    pair(state, recipe.label)
    slices.choose_all(state, recipe)


def _settle(state: Connection, numbers: Sequence[int], recipe: Recipe) -> None:
    """Name patients and decode all slices of those who are asked about: copies show."""
    identity.identify(state, recipe.identity)
    identity.name_all(state, secrets.token_bytes(32), recipe.identity)
    spans = [(patient, patient) for patient in asked.patients_of(state, numbers)]
    for plan in shards.plans(state, spans, recipe):
        shards.note_shard(state, settle_shard(plan)[1])


def _shown(
    state: Connection, raw: bytes | None, beside: str, sources: Sequence[Path]
) -> str | None:
    """Return a path for people, relative if the one they gave is; a member's as if unpacked."""
    if raw is None:
        return None
    path = (
        os.fsdecode(raw)
        if not is_inside(raw)
        else _unpacked(whereabouts.path_at(state, raw), sources)
    )
    return path if os.path.isabs(beside) else os.path.relpath(path)  # noqa: PTH117


def _unpacked(path: str, sources: Sequence[Path]) -> str:
    for source, label in zip(sources, source_labels(sources), strict=True):
        if path.startswith(f"{label}/"):
            return str(source.absolute() / path.removeprefix(f"{label}/"))
    return path
