"""No identifying value leaves the private folder: a marker put everywhere is found nowhere."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from canary.marker import MARKER, hits
from canary.planted import FEWEST_ATTRIBUTES, PATIENTS, marked, marked_label, plant
from canary.readings import readings_below
from hnp_shared.columns import LEDGER, MANIFEST
from hnp_shared.dataset import open_dataset
from hnp_shared.vocabulary import LEVEL_NAMES, Flag, Kind, Reason, State, Vendor
from model.conftest import invoke

PLACE = "PlaceQ8"
"""Part of the path to all outputs: a user may see it on the screen, no file may hold it."""

RECIPE = 'name = "tiny"\n[image]\nsize = [32, 32]\n'

KILLED_DECODER = """
import sys, hnp_etl.pixels.decoder as decoder
ready = decoder._ready_child
def dying(*arguments):
    child = ready(*arguments)
    child.process.kill()
    return child
decoder._ready_child = dying
from hnp_etl.cli import main
main(sys.argv[1:])
"""

DIES_BEFORE_THE_COMMIT = """
import os, sys, hnp_etl.datasets.replacing as replacing
replacing.write_info = lambda *_, **__: os._exit(9)
from hnp_etl.cli import main
main(sys.argv[1:])
"""

TABLES_FAIL = """
import sys, hnp_etl.building.commit as commit
from hnp_shared.errors import StorageError
def full(*_, **__):
    raise StorageError.of("the table", OSError(28, "no space", "{marker}"))
commit.write_manifest = full
from hnp_etl.cli import main
main(sys.argv[1:])
"""


@dataclass
class Told:
    """What came out: of the screen, and in which folders files lie."""

    top: Path
    screens: list[tuple[str, bytes]] = field(default_factory=list)
    exits: dict[str, int] = field(default_factory=dict)
    fewest_marks: int = 0

    def etl(self, step: str, *arguments: object, program: str | None = None) -> None:
        """Run hnp-etl, or a program that breaks it in some way."""
        start = [sys.executable, "-c", program] if program else [sys.executable, "-c", _ETL]
        done = subprocess.run(
            [*start, *map(str, arguments)],
            capture_output=True,
            check=False,
            env={**os.environ, "TMPDIR": str(self.top / "tmp")},
            cwd=self.top / "cwd",
        )
        self.exits[step] = done.returncode
        self.screens.append((step, done.stdout + done.stderr))

    def train(self, step: str, *arguments: object) -> None:
        """Run hnp-train in this process: importing torch takes long."""
        done = invoke(*arguments)
        self.exits[step] = done.exit_code
        self.screens.append((step, (done.stdout + done.stderr).encode()))

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """Yield all that came out, but what lies in private folders."""
        yield from self.screens
        for folder in sorted(self.top.iterdir()):
            if folder.is_dir() and folder.name != "src" and not folder.name.endswith(".private"):
                yield from readings_below(folder)


_ETL = "import sys; from hnp_etl.cli import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    top = tmp_path_factory.mktemp(PLACE)
    found = Told(top)
    for name in ("src", "tmp", "cwd"):
        (top / name).mkdir()
    found.fewest_marks = plant(top / "src" / MARKER)
    (top / "recipe.toml").write_text(RECIPE)
    _build(found)
    _train(found)
    return found


def _build(told: Told) -> None:
    top = told.top
    source, recipe = top / "src" / MARKER, ("--recipe", top / "recipe.toml")
    build = ("build-manifest", source, *recipe)
    told.etl("died", *build, "--workers", 1, "--out", top / "died", program=DIES_BEFORE_THE_COMMIT)
    told.etl("full", *build, "--workers", 1, "--out", top / "full", program=TABLES_FAIL)
    told.etl("build", *build, "--workers", 2, "--json", "--out", top / "out")
    told.etl("crash", *build, "--workers", 1, "--out", top / "hurt", program=KILLED_DECODER)
    told.etl("gate", *build, "--workers", 1, "--out", top / "out", "--max-rejected", 1)
    (top / "foreign").mkdir()
    (top / "foreign" / "mine").touch()
    told.etl("foreign", *build, "--out", top / "foreign")
    (top / "bad.toml").write_text('name = "bad"\n[selection]\nplane = "diagonal"\n')
    told.etl("recipe", *build[:2], "--recipe", top / "bad.toml", "--out", top / "no")
    (top / "key").write_bytes(MARKER.encode())
    told.etl("key", *build, "--key-file", top / "key", "--out", top / "no")
    (top / "key").unlink()
    told.etl("empty", "build-manifest", top / "src" / MARKER / f"{MARKER} Training", "--out",
             top / "none", "--recipe", _nothing_wanted(top))  # fmt: skip
    (top / "readers.private").mkdir()
    file, row = top / "readers.private" / "c.csv", f"{'0' * 32},level,L4-5,L5-S1,{MARKER},{MARKER}"
    file.write_text(f"slice_id,field,old,new,reader,note\n{row}\n")
    told.etl("corrected", *build, "--out", top / "read", "--workers", 1, "--corrections", file)
    file.write_text(f"slice_id,field,old,new,reader,note\n{MARKER},{row}\n")
    told.etl("corrections", *build, "--out", top / "read", "--corrections", file)
    told.etl("check", "check", top / "out", "--deep")
    told.etl("diff", "diff", top / "hurt", top / "out", "--json")
    told.etl("report", "report", top / "out", "-o", top / "cwd" / "report.html")
    told.etl("contact-sheet", "contact-sheet", top / "out", "-o", top / "cwd" / "sheets")
    told.etl("doctor", "doctor", "--out", top / "cwd")
    _back(told)
    clean = top / "src" / "H01" / "C004"
    clean.mkdir(parents=True)
    (clean / "1.dcm").write_bytes(marked(1)[0])
    told.etl("explain", "explain", clean / "1.dcm", "--json")


def _back(told: Told) -> None:
    """Join a table that names people, and attach what was said: both know who is who."""
    top, out = told.top, told.top / "out"
    rows = [f"{MARKER}-{number},{60 + number / 2},{MARKER}" for number in range(PATIENTS)]
    (top / "src" / "table.csv").write_text("\n".join(["ID,weight,name", *rows]))
    extend = ("extend", out, "--table", top / "src" / "table.csv", "--key", "patient")
    sites = tuple(f"--hospital=H0{number}" for number in (1, 2, 3))
    told.etl("extend", *extend, *sites, "--columns", "weight", "--out", top / "more")
    told.etl("names", *extend, *sites, "--columns", "name", "--out", top / "no")
    told.etl("unsaid", *extend, "--columns", "weight", "--out", top / "no")
    told.etl("check more", "check", top / "more")
    manifest = pd.read_parquet(out / "manifest.parquet")
    columns = ["slice_id", "patient_id", "study_id", "level"]
    said = manifest[columns].assign(probability=0.5, probability_calibrated=0.5)
    said.to_csv(top / "src" / "said.csv", index=False)
    attach = ("attach", top / "src" / "said.csv", out, "--weights-sha256", "5a" * 32, "--limit", 2)
    told.etl("attach", *attach, "--out", top / "out.private" / "attached")
    told.etl("attach in", *attach, "--out", out / "attached")
    told.etl("attach bad", *attach, "--out", top / "out.private" / "attached",
             "--src", top / "cwd")  # fmt: skip


def _nothing_wanted(top: Path) -> Path:
    (top / "none.toml").write_text('name = "none"\n[layout]\nprocedures = ["C011"]\n')
    return top / "none.toml"


def _train(told: Told) -> None:
    top, out = told.top, told.top / "out"
    split, folds, runs = top / "cwd" / "s.csv", top / "cwd" / "k.csv", top / "runs"
    told.train("split", "split", out, "-o", split)
    told.train("kfold", "split", out, "-o", folds, "--scheme", "kfold", "--ratios", "1:1:1")
    fit = ("--model", "compact", "--epochs", 1)
    for name, inputs in (("one", "both"), ("two", "image")):
        told.train("fit", "fit", out, "--split", split, "--out", runs / name, *fit,
                   "--inputs", inputs)  # fmt: skip
        told.train("evaluate", "evaluate", runs / name, out, "--split", split)
    told.train("predict", "predict", runs / "one", out, "-o", runs / "p.parquet")
    told.train("maps", "explain", runs / "one", out, "-n", 2, "--sheets", 1, "-o", runs / "maps")
    for kind in ("review", "teach"):
        page = runs / f"{kind}.html"
        told.train(kind, kind, runs / "one", out, "-o", page, "--order", "random")
    told.train("compare", "compare", runs / "one", runs / "two")
    told.train("crossval", "crossval", out, "--split", folds, "--out", runs / "cv", *fit)
    told.train("suspects", "suspects", runs / "cv", out, "-o", runs / "suspects.csv")
    beside = ("--explained", runs / "maps", "--crossval", runs / "cv",
              "--suspects", runs / "suspects.csv")  # fmt: skip
    told.train("models", "report", runs / "one", runs / "two", "-o", runs / "models.html", *beside)
    ids = open_dataset(out).manifest_table().column("slice_id").to_pylist()
    rows = "".join(f"{one},label_code,1,1,reader\n" for one in ids)
    (runs / "read.csv").write_text(f"slice_id,field,old,new,reader\n{rows}")
    told.train("agree", "agree", runs / "read.csv", runs / "read.csv", "--data", out)
    told.train("audit", "audit", out, "--split", split)
    told.train("trees", "fit", out, "--split", split, "--out", runs / "trees",
               "--model", "tabular-gbm", "--epochs", 3)  # fmt: skip
    told.train("trees judged", "evaluate", runs / "trees", out, "--split", split)
    told.train("plan", "plan", out, "--auc", 0.8, "--width", 0.2)


def test_the_files_are_marked_and_were_really_used(told: Told) -> None:
    assert told.fewest_marks >= FEWEST_ATTRIBUTES
    done = (
        *("build", "corrected", "check", "explain", "split", "kfold", "fit", "evaluate"),
        *("extend", "attach", "report", "contact-sheet", "doctor"),
    )
    assert {step: told.exits[step] for step in done} == dict.fromkeys(done, 0)
    trained = (
        *("predict", "compare", "crossval", "trees", "trees judged", "plan"),
        *("suspects", "agree", "review", "teach"),
    )
    assert {step: told.exits[step] for step in trained} == dict.fromkeys(trained, 0)
    assert {told.exits[step] for step in ("audit", "maps")} <= {
        0,
        3,
    }  # what they find is no failure
    assert open_dataset(told.top / "out").manifest_table().num_rows >= 2 * PATIENTS


def test_more_than_ten_errors_were_met(told: Told) -> None:
    failed = ("died", "full", "gate", "foreign", "recipe", "key", "empty", "corrections")
    assert [told.exits[step] for step in failed] == [9, 74, 3, 73, 65, 65, 65, 65]
    back = ("names", "unsaid", "attach in", "attach bad")
    assert [told.exits[step] for step in back] == [65, 65, 73, 65]
    reasons = set(open_dataset(told.top / "out").info.reasons)
    assert reasons >= {
        *("TRUNCATED", "NOT_DICOM", "FLAT_IMAGE", "BAD_HEADER", "BURNED_IN", "DERIVED", "NOT_MR"),
        *("BAD_JSON", "BAD_ENCODING", "DUPLICATE_KEY", "FIELD_CONFLICT", "CODE_UNMAPPED"),
        *("BAD_VALUE", "LABEL_REJECTED"),
    }
    assert open_dataset(told.top / "hurt").info.reasons["CRASHED"] == 1


def test_the_marker_is_nowhere(told: Told) -> None:
    found = {(place, form) for place, content in told.everything() for form in hits(content)}
    assert sorted(found) == []


def test_no_output_holds_the_place_where_it_was_made(told: Told) -> None:
    screens = {place for place, _ in told.screens}
    found = {
        (place, form)
        for place, content in told.everything()
        if place not in screens
        for form in hits(content, PLACE)
    }
    assert sorted(found) == []


def test_the_private_folder_does_hold_it(told: Told) -> None:
    assert any(hits(content) for _, content in readings_below(told.top / "out.private"))


def test_no_step_ends_in_a_traceback(told: Told) -> None:
    assert [step for step, screen in told.screens if b"Traceback" in screen] == []


_ID, _HOSPITAL = r"[0-9a-f]{32}", r"H0[1-6]|unknown"
CLOSED = {
    **dict.fromkeys(("slice_id", "patient_id", "study_id", "series_id", "file_id"), _ID),
    "hospital": _HOSPITAL,
    "partition": "training|validation",
    "level_name": "|".join(LEVEL_NAMES),
    "label_code": "[1-6](,[1-6])*",
    "sex": "F|M",
    "shard": r"[0-9a-f]{16}\.npz",
    "pixel_sha256": "[0-9a-f]{64}",
    "vendor": "|".join(Vendor),
    "weighting_from": "tags|text|table",
    "flags": "|".join(Flag),
    "kind": "|".join(Kind),
    "state": "|".join(State),
    "reason": "|".join(Reason),
}
"""What each text column may hold under the built-in layout and codes."""


def test_every_text_column_is_closed_and_none_is_a_time() -> None:
    columns = {column.name: column.type for column in (*MANIFEST, *LEDGER)}
    texts = {name for name, kind in columns.items() if "string" in str(kind)}
    assert texts == set(CLOSED)
    assert not any(pa.types.is_temporal(kind) or pa.types.is_binary(kind)
                   for kind in columns.values())  # fmt: skip


@pytest.mark.parametrize("table", ["manifest", "ledger"])
def test_no_free_text_gets_into_any_column(told: Told, table: str) -> None:
    frame = pd.read_parquet(told.top / "out" / f"{table}.parquet")
    assert len(frame) > PATIENTS
    for name in CLOSED.keys() & set(frame.columns):
        values = set(frame[name].explode().dropna())
        assert [value for value in values if not re.fullmatch(CLOSED[name], value)] == []


def test_the_oldest_are_90_and_unreadable_fields_are_null(told: Told) -> None:
    frame = pd.read_parquet(told.top / "out" / "manifest.parquet")
    assert frame["age"].max() == 90
    bad = frame[frame["flags"].map(lambda flags: "bad_age" in flags)]
    assert len(bad) >= PATIENTS // 2
    assert bad[["age", "sex", "canal_width_mm"]].isna().all().all()
    assert set(frame["vendor"]) == {"other"}
    assert marked_label(26)["Age"] == 95
