"""What a report says is what the files say, and nothing in it tells who somebody is."""

import base64
import itertools
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from etl.report.built import built
from hnp_etl.cli import main
from hnp_etl.protocols.loading import parse_protocol
from hnp_etl.report.contents import NUMBERS, content_of
from hnp_etl.report.making import Asked, make_report
from hnp_etl.report.wording import wording
from hnp_etl.report.writing import render
from hnp_shared.dataset import Dataset, open_dataset
from hnp_shared.errors import InputError

ENGLISH = wording("en")
_EMBEDDED = re.compile(rb'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def page(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("page") / "report.html"
    make_report(Asked(dataset.folder, file))
    return file.read_bytes()


@pytest.fixture(scope="module")
def content(page: bytes) -> Any:
    found = _EMBEDDED.search(page)
    assert found is not None
    return json.loads(found[1])


@pytest.fixture(scope="module")
def rows(dataset: Dataset) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dataset.manifest_table().to_pylist()
    return found


def cell_of(content: Any, row: dict[str, Any]) -> int:
    disc = 5 if row["level"] is None else row["level"]
    label = {False: 0, True: 1, None: 2}[row["is_patient"]]
    return int((content["hospitals"].index(row["hospital"]) * 6 + disc) * 3 + label)


def test_slices_of_every_choice_are_those_of_the_manifest(content: Any, rows: Any) -> None:
    counted = defaultdict[str, int](int)
    for row in rows:
        counted[str(cell_of(content, row))] += 1
    assert content["cells"] == counted


@pytest.mark.parametrize("who", ["patient", "study"])
def test_people_of_every_choice_are_those_of_the_manifest(
    content: Any, rows: Any, who: str
) -> None:
    """Those of two cells together cannot be added up from each: some have slices in both."""
    key = {"patient": "patients", "study": "studies"}[who]
    cells = sorted({cell_of(content, row) for row in rows})
    for chosen in itertools.chain(([each] for each in cells), itertools.combinations(cells, 2)):
        told = sum(count for inside, count in content[key] if set(inside) & set(chosen))
        assert told == len({r[f"{who}_id"] for r in rows if cell_of(content, r) in chosen})


@pytest.mark.parametrize("column", NUMBERS, ids=lambda column: column.name)
def test_numbers_of_a_column_are_those_of_the_manifest(
    content: Any, rows: Any, column: Any
) -> None:
    told = next(each for each in content["columns"] if each["name"] == column.name)
    for cell in content["cells"]:
        values = [r[column.name] for r in rows if str(cell_of(content, r)) == cell]
        known = np.array([value for value in values if value is not None])
        missing, count, total, squares, least, most, bins = told["cells"][cell]
        assert (missing, count) == (len(values) - known.size, known.size)
        assert sum(bins) == known.size
        edges = np.array(told["edges"])
        assert bins == np.histogram(known, [*edges[:-1], np.inf])[0].tolist()
        if known.size and column.band is None:
            assert [total, squares] == pytest.approx([known.sum(), np.square(known).sum()])
            assert [least, most] == pytest.approx([known.min(), known.max()])


def test_ages_are_told_in_bands_alone(content: Any) -> None:
    ages = next(each for each in content["columns"] if each["name"] == "age")
    assert np.diff(ages["edges"]).tolist() == [10.0] * (len(ages["edges"]) - 1)
    told = {value for cell in ages["cells"].values() for value in cell[4:6]}
    assert {value % 10 for value in told if value is not None} == {5.0}


def test_files_add_up_to_the_ledger_and_to_dataset_json(content: Any, dataset: Dataset) -> None:
    states, reasons = defaultdict[str, int](int), defaultdict[str, int](int)
    for _, _, state, reason, count in content["files"]:
        states[state] += count
        if reason:
            reasons[reason] += count
    assert states == dataset.info.states
    assert reasons == dataset.info.reasons
    assert sum(states.values()) == dataset.ledger_table().num_rows
    assert set(content["reasons"]) == set(reasons)
    assert all(each["means"] and each["do"] for each in content["reasons"].values())
    accepted = sum(gates["accepted"]["files"] for gates in content["flow"].values())
    assert accepted == states["accepted"] == sum(content["cells"].values())


def test_greys_are_those_of_the_shards(content: Any, dataset: Dataset, rows: Any) -> None:
    counted = defaultdict[str, Any](lambda: np.zeros(32, int))
    for row in rows:
        image = dataset.shard(row["shard"]).images[row["row"]]
        bins = np.histogram(image, 32, (0, 1))[0]
        counted[str(cell_of(content, row))] += bins
    assert content["looked"] == len(rows)
    assert content["greys"] == {cell: bins.tolist() for cell, bins in counted.items()}


def test_pictures_are_pictures_of_their_cell(content: Any) -> None:
    assert {str(cell) for cell, _, _ in content["pictures"]} == set(content["cells"])
    for _, _, data in content["pictures"]:
        shown = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_UNCHANGED)
        assert shown is not None
        assert shown.shape == (112, 112)


def test_no_id_and_no_digest_of_a_slice_is_in_the_page(page: bytes, rows: Any) -> None:
    names = ("slice_id", "patient_id", "study_id", "series_id", "pixel_sha256", "shard")
    assert not [row[name] for row in rows for name in names if row[name].encode() in page]


def test_the_page_lets_nothing_in_and_a_value_never_becomes_markup(content: Any) -> None:
    text = "</script><script>alert(1)</script><!--"
    page = render({**content, "recipe": text}, ENGLISH)
    assert text.encode() not in page
    found = _EMBEDDED.search(page)
    assert found is not None
    assert json.loads(found[1])["recipe"] == text
    policy = re.search(rb'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith(b"default-src 'none'; style-src 'sha256-")
    assert b"unsafe" not in policy[1]


def test_the_same_data_set_gives_the_same_page(
    page: bytes, dataset: Dataset, tmp_path: Path
) -> None:
    make_report(Asked(dataset.folder, tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_bytes() == page


def test_what_changed_is_a_section(dataset: Dataset, tmp_path: Path) -> None:
    old = open_dataset(built(tmp_path, patients=3, name="old"))
    changed: Any = content_of(dataset, old, ENGLISH)["changes"]
    assert changed["old"] == old.info.dataset_id
    assert changed["counts"] == {"added": 3, "removed": 0, "changed": 0}
    assert sum(count for *_, count in changed["rows"]) == 3


def test_a_file_that_exists_is_left_alone(dataset: Dataset, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("mine")
    done = CliRunner().invoke(main, ["report", str(dataset.folder), "-o", str(file)])
    assert (done.exit_code, file.read_text()) == (73, "mine")


def test_an_empty_data_set_has_no_report(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = dataset.manifest_table().slice(0, 0)
    monkeypatch.setattr(Dataset, "manifest_table", lambda _: empty)
    with pytest.raises(InputError, match="0 slices"):
        content_of(dataset, None, ENGLISH)


def test_acquisition_is_held_against_a_protocol_where_one_is_given(dataset: Dataset) -> None:
    asked = parse_protocol("[all]\necho_time_ms = { range = [85, 105] }", "p")
    beyond: Any = content_of(dataset, None, ENGLISH, asked)["protocol"]
    assert ["H02", "echo_time_ms", 12, 6, 0, "85 to 105", "110 to 120"] in beyond
    assert content_of(dataset, None, ENGLISH)["protocol"] is None
