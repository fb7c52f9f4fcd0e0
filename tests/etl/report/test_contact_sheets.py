"""Contact sheets show what the manifest says, the same each time, and name nobody."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from hnp_etl.cli import main
from hnp_etl.report.cells import DISCS, LABELS, cells_of, evenly
from hnp_etl.report.contact_sheets import write_sheets
from hnp_etl.report.drawing import PANEL_PX, Panel, Part, fitted, sheet
from hnp_shared.dataset import Dataset


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_there_is_a_sheet_for_every_hospital_and_disc_that_has_slices(
    dataset: Dataset, tmp_path: Path
) -> None:
    sheets = write_sheets(dataset, tmp_path / "sheets", each=2, force=False)
    rows = dataset.manifest_table().to_pylist()
    wanted = {(row["hospital"], row["level_name"]) for row in rows}
    assert {(each.hospital, each.disc) for each in sheets} == wanted
    for each in sheets:
        here = [r for r in rows if (r["hospital"], r["level_name"]) == (each.hospital, each.disc)]
        herniated = sum(row["is_patient"] is True for row in here)
        assert each.slices == len(here)
        assert each.shown.get("herniated", 0) == min(2, herniated)
        assert each.shown.get("normal", 0) == min(2, len(here) - herniated)
    files = {each.file for each in sheets}
    assert set(contents(tmp_path / "sheets")) == {*files, "index.html"}


def test_the_same_data_set_gives_the_same_files(dataset: Dataset, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_sheets(dataset, tmp_path / name, each=3, force=False)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_the_index_shows_every_sheet_and_no_id(dataset: Dataset, tmp_path: Path) -> None:
    sheets = write_sheets(dataset, tmp_path / "sheets", each=3, force=False)
    index = (tmp_path / "sheets" / "index.html").read_text()
    assert [index.count(f'src="{each.file}"') for each in sheets] == [1] * len(sheets)
    ids = [
        row[name] for row in dataset.manifest_table().to_pylist() for name in row if "_id" in name
    ]
    assert not [each for each in ids if each in index]


def test_a_sheet_holds_the_stored_pixels(dataset: Dataset) -> None:
    picture = np.linspace(0, 1, PANEL_PX**2, dtype=np.float32).reshape(PANEL_PX, PANEL_PX)
    panel = Panel(fitted(picture, 1.0, PANEL_PX), "code 1  L4-5")
    drawn = sheet("H01  L4-5", [Part("normal", [panel])], columns=1)
    assert np.abs(drawn[60 : 60 + PANEL_PX, :PANEL_PX] / 255 - picture).max() <= 0.5 / 255 + 1e-6


def test_a_pixel_that_is_higher_than_wide_stays_so() -> None:
    drawn = fitted(np.ones((10, 10), np.float32), 2.0, 40)
    assert [(drawn > 0).any(axis=axis).sum() for axis in (0, 1)] == [20, 40]


def test_a_hospital_without_a_disc_or_a_label_still_has_a_place() -> None:
    table = pa.table(
        {
            "hospital": ["병원", "A", "A"],
            "level": pa.array([None, 4, 0], pa.int8()),
            "is_patient": pa.array([None, True, False]),
        }
    )
    cells = cells_of(table)
    told = [
        (cells.hospitals[hospital], DISCS[disc], LABELS[label])
        for hospital, disc, label in zip(cells.hospital, cells.disc, cells.label, strict=True)
    ]
    assert told == [
        *(("병원", "no disc", "unlabelled"), ("A", "L5-S1", "herniated")),
        ("A", "L1-2", "normal"),
    ]


def test_those_chosen_lie_evenly() -> None:
    chosen = evenly(np.arange(1000), 10)
    assert set(np.diff(chosen).tolist()) == {100}


def call(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_a_folder_that_holds_something_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"mine")
    assert call("contact-sheet", dataset.folder, "-o", tmp_path).exit_code == 73
    assert contents(tmp_path) == {"mine.png": b"mine"}
    forced = call("contact-sheet", dataset.folder, "-o", tmp_path, "--force", "--each", 1, "--json")
    assert forced.exit_code == 0, forced.output
    named = json.loads(forced.stdout)[0]["file"]
    shown = cv2.imread(str(tmp_path / named))
    assert shown is not None
    assert shown.shape[1] > PANEL_PX


@pytest.mark.parametrize("place", ["", "shards", "new"])
def test_nothing_is_written_into_a_data_set(dataset: Dataset, place: str) -> None:
    before = sorted(dataset.folder.rglob("*"))
    done = call("contact-sheet", dataset.folder, "-o", dataset.folder / place, "--force")
    assert done.exit_code == 73
    assert sorted(dataset.folder.rglob("*")) == before
