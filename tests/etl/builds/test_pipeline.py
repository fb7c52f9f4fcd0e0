"""Whole builds: every file in the ledger with its reason, and the same bytes whatever happens."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dicom_files import dicom_bytes, label_bytes
from etl.trees import (
    IMAGES,
    KEY,
    LABELS,
    Slice,
    hard_tree,
    pixels_of,
    sound_tree,
    write_slice,
)
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import BuildReport, build
from hnp_etl.engines.engines import SerialExecutor, open_executor
from hnp_etl.private.folder import private_folder
from hnp_etl.private.linkage import read_linkage
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.check import check_dataset
from hnp_shared.errors import InputError, OutputError
from hnp_shared.vocabulary import Flag, State

SERIAL = SerialExecutor()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    return path


@pytest.fixture
def config(tmp_path: Path, key_file: Path) -> BuildConfig:
    out = tmp_path / "out"
    return BuildConfig(
        src=(tmp_path / "src",),
        out=out,
        private=private_folder(out),
        recipe=load_recipe("aihub-dld"),
        key_file=key_file,
    )


def run(config: BuildConfig, executor: Executor = SERIAL) -> BuildReport:
    return build(config, executor=executor)


def manifest(config: BuildConfig) -> pd.DataFrame:
    return pd.read_parquet(config.out / "manifest.parquet")


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_file_ends_in_the_ledger_with_its_reason(config: BuildConfig) -> None:
    expected = hard_tree(config.src[0])
    run(config)
    ledger = pd.read_parquet(config.out / "ledger.parquet").set_index("file_id")
    assert len(ledger) == len(expected)
    found = {path: ledger.loc[pseudonym(KEY, "file", f"src/{path}")].reason for path in expected}
    assert {
        path: reason if isinstance(reason, str) else None for path, reason in found.items()
    } == (expected)
    report = check_dataset(config.out, deep=True)
    assert report.findings == ()
    assert report.slices == (ledger.state == State.ACCEPTED).sum() == 13


def test_the_ledger_tells_used_from_ignored(config: BuildConfig) -> None:
    hard_tree(config.src[0])
    run(config)
    ledger = pd.read_parquet(config.out / "ledger.parquet")
    plain = ledger[ledger.reason.isna()]
    assert set(plain[plain.kind == "label"].state) == {"used"}
    assert set(plain[plain.kind == "other"].state) == {"ignored"}
    assert set(plain[plain.kind == "image"].state) == {"accepted"}


@pytest.fixture
def undisturbed(config: BuildConfig) -> dict[str, bytes]:
    hard_tree(config.src[0])
    run(config)
    return content_of(config.out)


@pytest.mark.parametrize(
    "engine",
    ["local", *(f"concurrent.futures:{kind}PoolExecutor" for kind in ("Thread", "Process"))],
)
def test_two_workers_of_any_kind_write_the_same_bytes(
    config: BuildConfig, undisturbed: dict[str, bytes], tmp_path: Path, engine: str
) -> None:
    elsewhere = replace(config, out=tmp_path / "two", private=tmp_path / "two.private")
    with open_executor(2, engine=engine) as executor:
        run(elsewhere, executor)
    assert content_of(elsewhere.out) == undisturbed


def test_another_root_writes_the_same_bytes(
    config: BuildConfig, undisturbed: dict[str, bytes], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "mounted" / "somewhere" / "src"
    elsewhere.parent.mkdir(parents=True)
    config.src[0].rename(elsewhere)
    moved = replace(
        config, src=(elsewhere,), out=tmp_path / "two", private=tmp_path / "two.private"
    )
    run(moved)
    assert content_of(moved.out) == undisturbed


def test_the_order_of_sources_does_not_matter(config: BuildConfig, tmp_path: Path) -> None:
    one, other = tmp_path / "a" / "H01", tmp_path / "b" / "H02"
    hard_tree(one)
    sound_tree(other, patients=2)
    outs = []
    for name, src in (("ab", (one, other)), ("ba", (other, one))):
        each = replace(config, src=src, out=tmp_path / name, private=tmp_path / f"{name}.private")
        run(each)
        outs.append(content_of(each.out))
    assert outs[0] == outs[1]


def test_rebuilding_from_scratch_over_a_lost_state_gives_the_same_bytes(
    config: BuildConfig, undisturbed: dict[str, bytes]
) -> None:
    for path in config.private.glob("state.sqlite*"):
        path.write_bytes(b"this is no database any more")
    report = run(config)
    assert not report.unchanged
    assert content_of(config.out) == undisturbed


@pytest.mark.parametrize("place", [0.2, 0.4, 0.6, 0.8, 0.99])
def test_a_state_damaged_within_costs_time_only(
    config: BuildConfig, undisturbed: dict[str, bytes], place: float
) -> None:
    path = config.private / "state.sqlite"
    content = bytearray(path.read_bytes())
    start = int(len(content) * place)
    content[start : start + 4096] = bytes(range(256)) * 16
    path.write_bytes(content)
    run(config)
    assert content_of(config.out) == undisturbed


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Record every file that is opened while the test runs; folders are listed."""
    paths: list[str] = []
    active = True

    def record(event: str, arguments: tuple[Any, ...]) -> None:
        told = active and event == "open" and isinstance(arguments[0], (str, bytes))
        if told and not arguments[2] & os.O_DIRECTORY:
            paths.append(os.fsdecode(arguments[0]))

    sys.addaudithook(record)
    yield paths
    active = False


def settle(folder: Path) -> None:
    """Make files look older than the young-file limit."""
    for path in folder.rglob("*"):
        os.utime(path, (1_600_000_000, 1_600_000_000), follow_symlinks=False)


def test_an_unchanged_rebuild_opens_no_source(config: BuildConfig, opened: list[str]) -> None:
    hard_tree(config.src[0])
    settle(config.src[0])
    run(config)
    before = content_of(config.out)
    del opened[:]
    report = run(config)
    assert (report.unchanged, report.read, report.built) == (True, 0, 0)
    assert [path for path in opened if path.startswith(str(config.src[0]))] == []
    assert content_of(config.out) == before


def test_a_changed_label_is_read_again(config: BuildConfig) -> None:
    _, label = write_slice(config.src[0], Slice("P000", 0, code=1))
    settle(config.src[0])
    run(config)
    assert manifest(config).label_code.tolist() == ["1"]
    (config.src[0] / label).write_bytes(label_bytes("L4-5", 3, Patient_ID="P000"))
    report = run(config)
    assert report.read == 1
    assert manifest(config).label_code.tolist() == ["3"]


@pytest.mark.parametrize("content", [b"", b"{", None], ids=["emptied", "damaged", "removed"])
def test_a_label_that_went_bad_takes_its_slice_along(
    config: BuildConfig, content: bytes | None
) -> None:
    write_slice(config.src[0], Slice("P000", 0))
    _, label = write_slice(config.src[0], Slice("P001", 0))
    settle(config.src[0])
    run(config)
    assert len(manifest(config)) == 2
    if content is None:
        (config.src[0] / label).unlink()
    else:
        (config.src[0] / label).write_bytes(content)
    report = run(config)
    assert len(manifest(config)) == 1
    reason = {b"": "EMPTY", b"{": "BAD_JSON", None: None}[content]
    image_reason = "NO_LABEL" if content is None else "LABEL_REJECTED"
    assert set(report.info.reasons) == {image_reason, reason} - {None}
    assert check_dataset(config.out, deep=True).findings == ()


def test_a_removed_shard_is_made_again(config: BuildConfig) -> None:
    sound_tree(config.src[0])
    settle(config.src[0])
    run(config)
    before = content_of(config.out)
    next((config.out / "shards").iterdir()).unlink()
    assert run(config).built == 1
    assert content_of(config.out) == before


def test_adding_a_patient_rewrites_at_most_two_shards(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_etl.sharding.plan.SHARD_SLICES", 8)
    sound_tree(config.src[0], patients=20)
    run(config)
    before = {path.name for path in (config.out / "shards").iterdir()}
    write_slice(config.src[0], Slice("P999", 0))
    report = run(config)
    after = {path.name for path in (config.out / "shards").iterdir()}
    assert len(before) > 8
    assert report.built == len(after - before)
    assert 1 <= len(after - before) <= 2
    assert check_dataset(config.out, deep=True).findings == ()


def test_a_patient_lies_in_one_shard(config: BuildConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hnp_etl.sharding.plan.SHARD_SLICES", 5)
    sound_tree(config.src[0], patients=9)
    run(config)
    table = manifest(config)
    assert table.shard.nunique() > 3
    assert (table.groupby("patient_id").shard.nunique() == 1).all()
    assert (table.groupby("shard").size() <= 5).all()


def test_images_and_labels_may_lie_side_by_side(config: BuildConfig) -> None:
    folder = config.src[0] / "H02" / "C004"
    folder.mkdir(parents=True)
    (folder / "a.dcm").write_bytes(dicom_bytes())
    (folder / "a.json").write_bytes(label_bytes("L5-S1", 1))
    run(config)
    row = manifest(config).iloc[0]
    assert (row.hospital, row.level, row.level_name, row.is_patient) == ("H02", 4, "L5-S1", False)
    assert pd.isna(row.partition)


def test_the_same_stem_in_training_and_validation_is_never_crossed(config: BuildConfig) -> None:
    src = config.src[0]
    write_slice(src, Slice("P000", 0, code=2))
    moved = src / LABELS.replace("1.Training", "2.Validation") / "H01" / "C004"
    moved.mkdir(parents=True)
    (src / LABELS / "H01" / "C004" / "P000_000.json").rename(moved / "P000_000.json")
    report = run(config)
    assert dict(report.info.reasons) == {"NO_IMAGE": 1, "NO_LABEL": 1}


def test_a_label_in_a_corrected_folder_replaces_the_first_one(config: BuildConfig) -> None:
    src = config.src[0]
    write_slice(src, Slice("P000", 0, code=2))
    fixed = src / LABELS.replace("라벨링데이터", "라벨링데이터_수정") / "H01" / "C004"
    fixed.mkdir(parents=True)
    (fixed / "P000_000.json").write_bytes(label_bytes("L3-4", 1, Patient_ID="P000"))
    report = run(config)
    assert manifest(config).level_name.tolist() == ["L3-4"]
    assert dict(report.info.reasons) == {"SUPERSEDED": 1}


def test_pairing_by_uid_or_file_name_inside_the_label(config: BuildConfig) -> None:
    images, labels = config.src[0] / "img" / "C004", config.src[0] / "lab" / "C004"
    images.mkdir(parents=True)
    labels.mkdir(parents=True)
    for name in ("a", "b", "c"):
        (images / f"{name}.dcm").write_bytes(
            dicom_bytes(SOPInstanceUID=f"1.2.{ord(name)}", PatientID=name)
        )
    (labels / "x.json").write_bytes(label_bytes("L1-2", 1, SOPInstanceUID="1.2.97"))
    (labels / "y.json").write_bytes(label_bytes("L2-3", 1, file_name="b.dcm"))
    (labels / "z.json").write_bytes(label_bytes("L3-4", 1, 파일명="b"))
    report = run(config)
    # two labels name b, so neither is it
    assert sorted(manifest(config).level_name) == ["L1-2"]
    assert dict(report.info.reasons) == {"NO_LABEL": 2, "NO_IMAGE": 2}


def test_names_equal_after_normalisation_collide(config: BuildConfig) -> None:
    folder = config.src[0] / "C004"
    folder.mkdir(parents=True)
    for name in ("\uac01.dcm", "\u1100\u1161\u11a8.dcm"):  # composed and decomposed
        (folder / name).write_bytes(dicom_bytes())
    (folder / "b.dcm").write_bytes(dicom_bytes())
    report = run(config)
    assert dict(report.info.reasons) == {"NAME_COLLISION": 2, "NO_LABEL": 1}
    ledger = pd.read_parquet(config.out / "ledger.parquet")
    assert len(ledger) == 3


def test_a_value_missing_anywhere_moves_a_hospital_to_the_next_source(config: BuildConfig) -> None:
    src = config.src[0]
    for number in range(2):
        _, label = write_slice(src, Slice("P000", number))
        write_slice(src, Slice("P100", number, hospital="H02"))
    (src / label).write_bytes(label_bytes("L4-5", 3, omit=["Patient_ID"]))
    report = run(config)
    assert dict(report.info.identity) == {"H01": "dicom", "H02": "label"}


def test_without_any_value_the_study_stands_for_the_patient(config: BuildConfig) -> None:
    _, label = write_slice(config.src[0], Slice("P000", 0), PatientID=None)
    (config.src[0] / label).write_bytes(label_bytes("L4-5", 3, omit=["Patient_ID"]))
    report = run(config)
    assert dict(report.info.identity) == {"H01": "study"}
    assert Flag.PATIENT_FROM_STUDY in manifest(config)["flags"][0]


def test_ids_are_the_contracts_hmac(config: BuildConfig) -> None:
    image, _ = write_slice(config.src[0], Slice("P000", 7), StudyInstanceUID="1.9")
    run(config)
    row = manifest(config).iloc[0]
    assert row.slice_id == pseudonym(KEY, "slice", f"src/{image}")
    assert row.patient_id == pseudonym(KEY, "patient", "H01", "P000")
    assert row.study_id == pseudonym(KEY, "study", "patient", "H01", "P000", "1.9")


def test_a_value_with_both_sexes_is_suspect(config: BuildConfig) -> None:
    src = config.src[0]
    for number, sex in enumerate("FM"):
        _, label = write_slice(src, Slice("P000", number))
        (src / label).write_bytes(label_bytes("L4-5", 3, Patient_ID="P000", Sex=sex))
    run(config)
    assert all(Flag.PATIENT_SUSPECT in flags for flags in manifest(config)["flags"])


def test_rows_are_sorted_and_point_at_their_pixels(config: BuildConfig) -> None:
    sound_tree(config.src[0], patients=3)
    run(config)
    table = manifest(config)
    order = ["patient_id", "study_id", "series_id", "slice_position_mm", "slice_id"]
    assert table[order].apply(tuple, axis=1).is_monotonic_increasing
    assert table.row.tolist() == list(range(len(table)))
    with np.load(config.out / "shards" / table.shard[0]) as shard:
        assert shard["slice_ids"].tolist() == table.slice_id.tolist()
        assert shard["images"].dtype == np.float32
        assert (shard["images"].min(axis=(1, 2)) == 0).all()
        assert (shard["images"].max(axis=(1, 2)) == 1).all()


def test_uint16_is_stored_when_the_recipe_says_so(config: BuildConfig) -> None:
    sound_tree(config.src[0], patients=1)
    recipe = Recipe.model_validate(
        {"name": "small", "image": {"size": [20, 30], "dtype": "uint16"}}
    )
    run(replace(config, recipe=recipe))
    with np.load(next((config.out / "shards").iterdir())) as shard:
        assert (shard["images"].shape, shard["images"].dtype) == ((3, 20, 30), np.uint16)
    assert check_dataset(config.out, deep=True).findings == ()


def test_nothing_under_the_procedure_names_survey(config: BuildConfig) -> None:
    folder = config.src[0] / "H01" / "C007"
    folder.mkdir(parents=True)
    (folder / "a.dcm").write_bytes(dicom_bytes())
    with pytest.raises(InputError, match=r"1 files but no image under procedure C004.*survey"):
        run(config)


def test_another_key_or_none_is_refused(config: BuildConfig, tmp_path: Path) -> None:
    sound_tree(config.src[0], patients=1)
    run(config)
    other = tmp_path / "other key"
    other.write_bytes(KEY[::-1])
    for key_file, found in ((other, "[0-9a-f]{8}"), (None, "none")):
        with pytest.raises(InputError, match=rf"built with key [0-9a-f]{{8}}, found {found}"):
            run(replace(config, key_file=key_file))


def test_a_folder_with_something_else_is_refused(config: BuildConfig) -> None:
    sound_tree(config.src[0], patients=1)
    config.out.mkdir()
    (config.out / "thesis.doc").write_bytes(b"precious")
    with pytest.raises(
        OutputError, match=r"something else \(thesis\.doc\), expected an empty folder"
    ):
        run(config)
    assert [path.name for path in config.out.iterdir()] == ["thesis.doc"]


def test_sources_and_outputs_must_not_overlap(config: BuildConfig) -> None:
    sound_tree(config.src[0], patients=1)
    with pytest.raises(InputError, match=r"SRC src and OUT inside overlap"):
        run(replace(config, out=config.src[0] / "inside"))


def test_4097_slices_under_one_value_end_the_run(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hnp_etl.sharding.plan.MAX_PATIENT_SLICES", 2)
    sound_tree(config.src[0], patients=1)
    with pytest.raises(InputError, match="3 slices share one patient value"):
        run(config)


def test_images_folder_only_holds_what_is_named(config: BuildConfig) -> None:
    sound_tree(config.src[0], patients=2)
    run(config)
    for path in (config.src[0] / IMAGES).rglob("P001*"):
        path.unlink()
    run(config)
    names = {path.name for path in config.out.iterdir()}
    assert names == {"dataset.json", "manifest.parquet", "ledger.parquet", "shards", "tables"}
    assert len(list((config.out / "shards").iterdir())) == 1
    assert len(list((config.out / "tables").iterdir())) == 2


HOSTILE_NAMES = [
    b"\xff\xfe.dcm",
    b"new\nline.dcm",
    b'quote",.dcm',
    b" blank .dcm",
    b"a" * 251 + b".dcm",
    "각".encode() + b".dcm",
]


def test_hostile_names_cost_nothing(config: BuildConfig) -> None:
    folder = config.src[0] / "H01" / "C004"
    folder.mkdir(parents=True)
    for number, name in enumerate(HOSTILE_NAMES):
        path = os.path.join(os.fsencode(folder), name)  # noqa: PTH118  # not all of them are text
        with open(path, "wb") as file:  # noqa: PTH123
            file.write(dicom_bytes(pixels=pixels_of(number)))
        if len(name) < 250:
            with open(path[:-4] + b".json", "wb") as file:  # noqa: PTH123
                file.write(label_bytes())
    os.mkfifo(folder / "pipe.dcm")
    (folder / "loop").symlink_to("loop")
    (folder / "upwards").symlink_to(config.src[0])
    report = run(config)
    assert dict(report.info.states) == {"accepted": 5, "rejected": 4, "used": 5}
    assert dict(report.info.reasons) == {"NOT_REGULAR": 3, "NO_LABEL": 1}
    assert check_dataset(config.out, deep=True).findings == ()
    linked = {os.fsencode(link.path).rpartition(b"/")[2] for link in read_linkage(config.private)}
    assert linked == set(HOSTILE_NAMES) - {HOSTILE_NAMES[4]}


def test_the_data_set_may_be_the_working_folder(
    config: BuildConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.out.mkdir()
    monkeypatch.chdir(config.out)
    assert private_folder(Path()) == config.private


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("file", "facts"),
        ("file", "refusal"),
        ("label", "facts"),
        ("shard", "samples"),
        ("shard", "refusals"),
    ],
)
def test_a_flipped_bit_in_a_remembered_record_is_noticed(
    config: BuildConfig, table: str, column: str
) -> None:
    hard_tree(config.src[0])
    settle(config.src[0])
    run(config)
    before = content_of(config.out)
    with closing(sqlite3.connect(config.private / "state.sqlite")) as state, state:
        (sealed,) = state.execute(
            f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 1"
        ).fetchone()
        flipped = sealed[:-2] + chr(ord(sealed[-2]) ^ 1) + sealed[-1]
        state.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (flipped, sealed))
        state.execute("DELETE FROM meta WHERE key = 'committed'")
    run(config)
    assert content_of(config.out) == before


def test_a_study_whose_levels_do_not_run_down_the_spine_is_flagged(config: BuildConfig) -> None:
    for number, level in enumerate(["L5-S1", "L4-5", "L3-4"]):
        write_slice(config.src[0], Slice("P000", number, level=level))
        write_slice(config.src[0], Slice("P001", 2 - number, level=level))
    run(config)
    flagged = (
        manifest(config)
        .groupby("patient_id")["flags"]
        .apply(lambda column: [Flag.LEVEL_ORDER in flags for flags in column])
    )
    assert sorted(flagged) == [[False] * 3, [True] * 3]
