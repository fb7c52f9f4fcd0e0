"""`--corrections`: what readers say is applied, flagged, told by `diff`, and never guessed at."""

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from etl.trees import KEY, sound_tree
from hnp_etl.cli import main
from hnp_etl.private.gone import GONE_FILE
from hnp_shared.check import check_dataset
from hnp_shared.dataset_info import read_info

HEAD = ("slice_id", "field", "old", "new", "reader", "note")
READER = "Dr CANARY"
Row = Sequence[object]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of sources `src` that settled long ago, and of their data set `out`."""
    base = tmp_path_factory.mktemp("base")
    sound_tree(base / "src", patients=3)
    for path in (base / "src").rglob("*"):
        os.utime(path, (1e9, 1e9))
    build(base / "src", base / "out")
    return base


@pytest.fixture
def src(base: Path) -> Path:
    return base / "src"


@pytest.fixture
def tmp_path(tmp_path: Path, base: Path) -> Path:
    """Return a folder with the data set of before, that a test may build into."""
    for name in ("out", "out.private"):
        shutil.copytree(base / name, tmp_path / name)
    return tmp_path


def hnp_etl(*arguments: object) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def build(src: Path, out: Path, *options: object) -> Result:
    key = out.parent / "key"
    key.write_bytes(KEY)
    key.chmod(0o600)
    return hnp_etl(
        *("build-manifest", src, "--out", out, "--key-file", key, "--workers", 1, *options)
    )


def manifest(out: Path) -> pd.DataFrame:
    return pd.read_parquet(out / "manifest.parquet").set_index("slice_id", drop=False)


def corrections(path: Path, *rows: Row, reader: str = READER) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows([*row[:4], reader, *row[4:]] for row in rows)
    return path


def differences(old: Path, new: Path) -> dict[str, tuple[str, str]]:
    found: Mapping[str, Any] = json.loads(hnp_etl("diff", old, new, "--json").stdout)
    return {row["slice_id"]: (row["change"], row["cause"]) for row in found["rows"]}


def test_a_corrected_code_changes_who_is_a_patient_and_diff_names_the_correction(
    src: Path, tmp_path: Path
) -> None:
    before = manifest(tmp_path / "out")
    one, other, left = before.index[:3]
    level = before.loc[other].level_name
    moved = "L1-2" if level != "L1-2" else "L2-3"
    file = corrections(
        tmp_path / "c.csv",
        (one, "label_code", before.loc[one].label_code, "4"),
        (one, "level", before.loc[one].level_name, before.loc[one].level_name),
        (other, "level", before.loc[other].level, moved),
        (left, "exclude", "", "true", "moved while scanned"),
    )
    new = tmp_path / "new"
    done = build(src, new, "--corrections", file)
    assert done.exit_code == 0, done.output
    assert "corrections from 1 file: 3 changes, 1 confirmed, 0 that a reader cannot" in done.stdout
    after = manifest(new)
    assert after.loc[one].label_code == "4"
    assert bool(after.loc[one].is_patient) is True
    assert after.loc[other].level_name == moved
    assert list(after.loc[one, "flags"]) == ["corrected"]
    assert left not in after.index
    ledger = pd.read_parquet(new / "ledger.parquet")
    assert ledger[ledger.reason == "EXCLUDED"].state.tolist() == ["filtered"]
    assert check_dataset(new, deep=True).findings == ()
    found = differences(tmp_path / "out", new)
    assert {one, other, left} <= found.keys()
    assert found[left] == ("removed", "correction")
    assert set(found.values()) <= {("changed", "correction"), ("removed", "correction")}
    assert {cause for _, cause in differences(new, tmp_path / "out").values()} == {"correction"}


def test_the_same_corrections_give_the_same_bytes_however_they_come(
    src: Path, tmp_path: Path
) -> None:
    rows = manifest(tmp_path / "out")
    one, other = rows.index[:2]
    a = corrections(tmp_path / "a.csv", (one, "age", rows.loc[one].age, "61"))
    b = corrections(tmp_path / "b.csv", (other, "exclude", "false", "yes"))
    build(src, tmp_path / "one", "--corrections", a, "--corrections", b)
    build(src, tmp_path / "out", "--corrections", b, "--corrections", a, "--corrections", a)
    for name in ("dataset.json", "manifest.parquet", "ledger.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    again = build(src, tmp_path / "out", "--corrections", a, "--corrections", b)
    assert "nothing changed" in again.stdout
    assert "corrections from 2 files: 2 changes" in again.stdout


def test_a_rebuild_without_them_is_the_data_set_of_before(src: Path, tmp_path: Path) -> None:
    before = (tmp_path / "out" / "dataset.json").read_bytes()
    one = manifest(tmp_path / "out").index[0]
    build(
        *(src, tmp_path / "out", "--corrections"),
        corrections(tmp_path / "a.csv", (one, "exclude", "", "true")),
    )
    assert (tmp_path / "out" / "dataset.json").read_bytes() != before
    build(src, tmp_path / "out")
    assert (tmp_path / "out" / "dataset.json").read_bytes() == before


def test_dataset_json_tells_digests_and_counts_and_no_reader(src: Path, tmp_path: Path) -> None:
    one = manifest(tmp_path / "out").iloc[0]
    file = corrections(
        tmp_path / "CANARY.csv",
        (one.slice_id, "label_code", one.label_code, "", "cannot tell: CANARY"),
        (one.slice_id, "sex", one.sex, one.sex),
    )
    build(src, tmp_path / "out", "--corrections", file)
    (told,) = read_info(tmp_path / "out").corrections
    assert (told.changed, told.confirmed, told.cannot_tell, told.gone) == (0, 1, 1, 0)
    assert not any(
        b"CANARY" in path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()
    )
    assert (
        manifest(tmp_path / "out").loc[one.slice_id].equals(one)
    )  # nobody asked for another value


@pytest.mark.parametrize(
    ("field", "old", "new", "said"),
    [
        ("level", "L1-2", "L3-4", "`old` that does not hold"),
        ("label_code", "1", "99", "expected one of the codes 1, 2, 3, 4, 5"),
        ("label_code", "1", "6", "field exclude"),
        ("label_code", "1", "", "it is required"),
        ("level", "L5-S1", "L6", "expected one of L1-2"),
        ("age", "", "old", "a value as labels write it"),
        ("is_patient", "maybe", "true", "expected true or false"),
    ],
)
def test_what_cannot_be_applied_is_refused_with_slice_and_field(
    src: Path, tmp_path: Path, field: str, old: str, new: str, said: str
) -> None:
    rows = manifest(tmp_path / "out")
    one = rows[(rows.level_name != "L1-2") & (rows.label_code == "1")].iloc[0]
    before = (tmp_path / "out" / "dataset.json").read_bytes()
    old = one.level_name if (field, old) == ("level", "L5-S1") else old
    file = corrections(tmp_path / "c.csv", (one.slice_id, field, old, new))
    done = build(src, tmp_path / "out", "--corrections", file)
    assert done.exit_code == 65
    (line,) = done.stderr.splitlines()[-1:]
    assert f"slice {one.slice_id}, field {field}: " in line
    assert said in line
    assert (tmp_path / "out" / "dataset.json").read_bytes() == before


def test_readers_that_disagree_stop_a_build_until_somebody_decides(
    src: Path, tmp_path: Path
) -> None:
    rows = manifest(tmp_path / "out")
    one = rows[rows.label_code == "1"].iloc[0]
    a = corrections(tmp_path / "a.csv", (one.slice_id, "label_code", "1", "4"))
    b = corrections(tmp_path / "b.csv", (one.slice_id, "label_code", "1", "1"), reader="B")
    both = ("--corrections", a, "--corrections", b)
    done = build(src, tmp_path / "out", *both)
    assert done.exit_code == 65
    assert f"slice {one.slice_id}, field label_code: found readers that disagree" in done.stderr
    decided = corrections(tmp_path / "d.csv", (one.slice_id, "label_code", "1", "2"), reader="C")
    done = build(src, tmp_path / "out", *both, "--adjudicated", decided)
    assert (done.exit_code, manifest(tmp_path / "out").loc[one.slice_id].label_code) == (0, "2")
    assert build(src, tmp_path / "out", "--adjudicated", decided).exit_code == 2


def test_a_second_reading_may_be_of_what_the_first_corrected(src: Path, tmp_path: Path) -> None:
    rows = manifest(tmp_path / "out")
    one = rows[rows.label_code == "1"].slice_id.iloc[0]
    a = corrections(tmp_path / "a.csv", (one, "label_code", "1", "4"))
    b = corrections(tmp_path / "b.csv", (one, "label_code", "4", "2"))
    build(src, tmp_path / "out", "--corrections", b, "--corrections", a)
    assert manifest(tmp_path / "out").loc[one].label_code == "2"
    alone = build(src, tmp_path / "out", "--corrections", b)
    assert alone.exit_code == 65
    assert "does one of an earlier reading lack?" in alone.stderr


def test_corrections_of_slices_that_are_gone_are_counted_and_listed(
    src: Path, tmp_path: Path
) -> None:
    file = corrections(tmp_path / "c.csv", ("0" * 32, "level", "L4-5", "L5-S1", "=1+1"))
    done = build(src, tmp_path / "out", "--corrections", file)
    assert done.exit_code == 0
    assert f"does not have: 1; {GONE_FILE} in the private folder lists" in done.stdout
    listed = tmp_path / "out.private" / GONE_FILE
    assert listed.stat().st_mode & 0o777 == 0o600
    assert listed.read_text().splitlines()[1:] == [f"{'0' * 32},level,L4-5,L5-S1,{READER},'=1+1"]
    build(src, tmp_path / "out")
    assert not listed.exists()


def test_a_correction_counts_for_the_copies_of_its_picture_too(src: Path, tmp_path: Path) -> None:
    src = Path(shutil.copytree(src, tmp_path / "src"))
    image = next(src.rglob("*.dcm"))
    label = next(path for path in src.rglob("*.json") if path.stem == image.stem)
    for path in (image, label):
        shutil.copy(path, path.with_name(f"{path.stem}z{path.suffix}"))
    build(src, tmp_path / "copied")
    assert read_info(tmp_path / "copied").reasons["DUPLICATE"] == 1
    rows = manifest(tmp_path / "copied")
    links = pd.read_csv(tmp_path / "copied.private" / "linkage.csv").set_index("path").slice_id
    one = next(links[path] for path in links.index if path.endswith(f"{image.stem}.dcm"))
    code = "4" if rows.loc[one].label_code != "4" else "1"
    change = corrections(tmp_path / "c.csv", (one, "label_code", rows.loc[one].label_code, code))
    build(src, tmp_path / "changed", "--corrections", change)
    assert manifest(tmp_path / "changed").loc[one].label_code == code
    assert len(manifest(tmp_path / "changed")) == len(rows)
    leave = corrections(tmp_path / "l.csv", (one, "exclude", "", "1"))
    build(src, tmp_path / "left", "--corrections", leave)
    assert read_info(tmp_path / "left").reasons["EXCLUDED"] == 2
    assert len(manifest(tmp_path / "left")) == len(rows) - 1


def test_a_file_that_is_none_is_refused_by_its_line(src: Path, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    for text, said in (
        ("slice,what\n", "no line of columns"),
        (f"{','.join(HEAD)}\nx,level,,,me\n", "line 2: slice_id is none"),
        (f"{','.join(HEAD)}\n{'0' * 32},colour,,,me\n", "line 2: found another field"),
    ):
        file.write_text(text)
        done = build(src, tmp_path / "out", "--corrections", file)
        assert (done.exit_code, said in done.stderr) == (65, True), done.stderr
