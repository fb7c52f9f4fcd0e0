"""What the recipe makes of headers and labels; remembered while the sections it depends on stay."""

import sqlite3
from collections.abc import Iterable

from hnp_etl.labels.label import LabelReader
from hnp_etl.reading.meaning import LabelMeaning, meaning_of_label, meanings_of_image
from hnp_etl.reading.read import FileFacts
from hnp_etl.reading.sealed import unpack_header, unpack_leaves
from hnp_etl.recipes.label_table import Label
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.database import get_meta, pages, set_meta, write_many
from hnp_shared.vocabulary import Reason

_NOTE_IMAGE = "INSERT OR REPLACE INTO look VALUES (?, ?, ?, ?, ?, ?, ?)"
_NOTE_LABEL = "INSERT OR REPLACE INTO label VALUES (?, ?, ?, ?, ?, ?, ?)"


def begin_images(state: sqlite3.Connection, recipe: Recipe) -> None:
    """Forget what other sections made of headers."""
    sections = (recipe.selection, recipe.image, recipe.limits)
    _begin(state, "look", " ".join(each.model_dump_json() for each in sections))


def begin_labels(state: sqlite3.Connection, label: Label) -> None:
    """Forget what another section made of labels."""
    _begin(state, "label", label.model_dump_json())


def note_meanings(state: sqlite3.Connection, found: Iterable[FileFacts]) -> None:
    """Remember what files mean that were just read, within the caller's transaction."""
    images, labels, silent, read = [], [], [], []
    for each in found:
        if isinstance(each.meaning, LabelMeaning):
            labels.append((each.id, *each.meaning))
        elif each.meaning is not None:
            images += [(each.id, *one) for one in each.meaning]
            read.append((each.id,))
        else:
            silent.append((each.id,))
    # a file may have had more frames when it was read before
    state.executemany("DELETE FROM look WHERE id = ?", [*read, *silent])
    state.executemany("DELETE FROM label WHERE id = ?", silent)
    state.executemany(_NOTE_IMAGE, images)
    state.executemany(_NOTE_LABEL, labels)


def judge_images(state: sqlite3.Connection, recipe: Recipe) -> None:
    """Judge the headers that were read before and not under this recipe."""
    begin_images(state, recipe)
    unknown = pages(
        state,
        "SELECT file.id, file.facts, size FROM file LEFT JOIN look USING (id) WHERE file.id > ? "
        "AND kind = 'image' AND early IS NULL AND file.facts IS NOT NULL AND look.id IS NULL",
    )
    judged = (
        (number, *one)
        for number, facts, size in unknown
        for one in meanings_of_image(unpack_header(facts), size, recipe)
    )
    write_many(state, _NOTE_IMAGE, judged)


def interpret_labels(state: sqlite3.Connection, label: Label) -> None:
    """Read the leaves of the labels that were not read under this section."""
    begin_labels(state, label)
    with state:
        # what contradicted it may be gone
        state.execute("DELETE FROM label WHERE refusal = ?", (Reason.FIELD_CONFLICT,))
        # a label that is gone or cannot be read any more says nothing
        state.execute(
            "DELETE FROM label WHERE id NOT IN (SELECT id FROM file "
            "WHERE kind = 'label' AND early IS NULL AND facts IS NOT NULL)"
        )
    unknown = pages(
        state,
        "SELECT file.id, file.facts FROM file LEFT JOIN label USING (id) WHERE file.id > ? "
        "AND kind = 'label' AND early IS NULL AND file.facts IS NOT NULL AND label.id IS NULL",
    )
    reader = LabelReader(label)
    found = (
        (number, *meaning_of_label(unpack_leaves(leaves), reader)) for number, leaves in unknown
    )
    write_many(state, _NOTE_LABEL, found)


def _begin(state: sqlite3.Connection, table: str, sections: str) -> None:
    if get_meta(state, f"sections of {table}") != sections:
        with state:
            state.execute(f"DELETE FROM {table}")
        set_meta(state, f"sections of {table}", sections)
