"""Makes a page: one file that needs no server and no network, and names nobody."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hnp_model.pages.asked import Asked, Made, Order
from hnp_model.pages.choices import Choices, choices_of
from hnp_model.pages.neighbours import Neighbour, neighbours_of
from hnp_model.pages.order import rows_in_order
from hnp_model.pages.pictures import MAX_MAP_BYTES, halved, pack, png_url
from hnp_model.pages.said import Said, Suspects, read_said, read_suspects
from hnp_model.pages.writing import render
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError
from hnp_shared.explained_maps import ExplainedMaps
from hnp_shared.places import refuse_in_dataset, refuse_place
from hnp_shared.progress import track
from hnp_shared.storage import replace_file
from hnp_shared.vocabulary import LEVEL_NAMES

Shown = Mapping[int, list[Neighbour]]
"""Rows of the manifest in the order of the page, each with itself and its neighbours."""


def make_page(asked: Asked) -> Made:
    """Write the page.

    Raises:
        InputError: no data set, no run, or nothing to show.
        OutputError: the file exists, or lies in a data set.
        StorageError: a read or write failed.
    """
    refuse_place(asked.file, force=asked.force)
    refuse_in_dataset(asked.file.parent)
    dataset = open_dataset(asked.out)
    manifest = dataset.manifest_table().to_pandas().reset_index(drop=True)
    _refuse_unfit(asked, manifest)
    suspects = read_suspects(asked.suspects) if asked.suspects else None
    said = read_said(asked.run, asked.predictions) if asked.run else Said({})
    order = asked.order or _usual_order(asked)
    rows = rows_in_order(manifest, order, said, suspects, seed=asked.seed)
    known = said if asked.run or not suspects else Said(suspects.probability)
    shown = {
        int(row): neighbours_of(manifest, int(row), asked.neighbours) for row in rows[: asked.limit]
    }
    codes = manifest["label_code"].dropna().astype(str)
    choices = choices_of(dataset.info.recipe, codes)
    if asked.kind == "teach":
        choices.refuse_ambiguous()
    ranked = suspects if order == "suspects" else None
    maps = _maps(asked, dataset)
    items = _Items(asked, manifest, choices, known, ranked, maps)
    content = {
        **items.head(dataset, shown),
        "items": [items.of(row, near) for row, near in shown.items()],
        "pictures": dict(_pictures(dataset, manifest, shown)),
    }
    page = render(content)
    written = replace_file(asked.file, lambda sink: sink.write(page), role="the page")
    absent = len(set(suspects.rank) - set(manifest["slice_id"])) if suspects else 0
    return Made(
        file=str(asked.file),
        page_id=content["page_id"],
        order=order,
        slices=len(shown),
        pictures=len(content["pictures"]),
        left=rows.size - len(shown),
        maps=sum(item["map"] is not None for item in content["items"]) if maps else None,
        absent=absent,
        size_bytes=written.size,
    )


class _Items:
    """Slices as the page's script knows them."""

    def __init__(
        self,
        asked: Asked,
        manifest: pd.DataFrame,
        choices: Choices,
        said: Said,
        suspects: Suspects | None,
        maps: ExplainedMaps | None,
    ) -> None:
        self._maps = maps
        self._asked, self._choices, self._said, self._suspects = asked, choices, said, suspects
        self._rows = manifest

    def head(self, dataset: Dataset, shown: Shown) -> dict[str, Any]:
        """Return what the page says of itself."""
        ids = [str(self._rows["slice_id"].iat[row]) for row in shown]
        text = json.dumps([dataset.info.dataset_id, self._asked.kind, ids])
        return {
            "kind": self._asked.kind,
            "blind": self._asked.blind or self._asked.kind == "teach",
            "dataset_id": dataset.info.dataset_id,
            "page_id": hashlib.sha256(text.encode()).hexdigest()[:16],
            "threshold": self._said.threshold,
            "levels": list(self._choices.levels),
            "codes": [{"code": each.code, "means": each.means} for each in self._choices.codes],
        }

    def of(self, row: int, near: list[Neighbour]) -> dict[str, Any]:
        """Return one slice, with what is known of it."""
        each = self._rows.iloc[row]
        slice_id = str(each["slice_id"])
        level = None if pd.isna(each["level"]) else LEVEL_NAMES[int(each["level"])]
        ranks = self._suspects.rank if self._suspects else {}
        return {
            "id": slice_id,
            "level": level,
            "code": None if pd.isna(each["label_code"]) else str(each["label_code"]),
            "positive": None if pd.isna(each["is_patient"]) else bool(each["is_patient"]),
            "probability": self._said.probability.get(slice_id),
            "rank": ranks.get(slice_id),
            "aspect": _aspect(each),
            "map": self._map(slice_id),
            "stack": [
                {"picture": str(self._rows["slice_id"].iat[one.row]), "offset_mm": one.offset_mm}
                for one in near
            ],
        }

    def _map(self, slice_id: str) -> str | None:
        if self._maps is None:
            return None
        content = self._maps.read(slice_id, most_bytes=MAX_MAP_BYTES + 1)
        try:
            return None if content is None else png_url(content)
        except ValueError as error:
            raise InputError(
                f"the map of slice {slice_id} is no PNG of at most 1 MiB, expected one of "
                "hnp-train explain"
            ) from error


def _maps(asked: Asked, dataset: Dataset) -> ExplainedMaps | None:
    if asked.maps is None:
        return None
    maps = ExplainedMaps.open(asked.maps)
    maps.refuse_other(dataset.info.dataset_id)
    return maps


def _aspect(each: "pd.Series[Any]") -> float:
    """Return how much higher than wide a pixel is."""
    high, wide = each["pixel_row_mm"], each["pixel_col_mm"]
    return 1.0 if pd.isna(high) or pd.isna(wide) else float(high) / float(wide)


def _pictures(
    dataset: Dataset, manifest: pd.DataFrame, shown: Shown
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each picture once: whole where it is to be read, half as large beside others."""
    rows = sorted({one.row for near in shown.values() for one in near})
    images = dataset.mapped(manifest.iloc[rows])
    for place, row in enumerate(track(rows, "packing", total=len(rows), unit="picture")):
        picture = images.gather(np.array([place]))[0]
        picture = picture if row in shown else halved(picture)
        size = {"rows": picture.shape[0], "columns": picture.shape[1]}
        yield str(manifest["slice_id"].iat[row]), {**size, "data": pack(picture)}


def _refuse_unfit(asked: Asked, manifest: pd.DataFrame) -> None:
    if manifest.empty:
        raise InputError("found a data set of 0 slices, expected at least one")
    if asked.kind == "teach" and bool(manifest["is_patient"].isna().any()):
        raise InputError("found slices without a label, expected a data set built with labels")


def _usual_order(asked: Asked) -> Order:
    if asked.suspects:
        return "suspects"
    return "uncertain" if asked.run and asked.kind == "review" else "random"
