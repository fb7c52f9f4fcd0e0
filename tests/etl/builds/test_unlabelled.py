"""Claims about data sets built without labels: nothing is read of them, nothing is missing."""

from pathlib import Path

import pandas as pd
import pytest

from etl.commands.test_commands import hnp_etl
from etl.trees import KEY, Slice, hard_tree, sound_tree, write_slice
from hnp_shared.check import check_dataset
from hnp_shared.dataset import open_dataset

FROM_LABELS = ("level", "level_name", "label_code", "is_patient", "age", "sex", "canal_width_mm")


@pytest.fixture
def src(tmp_path: Path) -> Path:
    (tmp_path / "key").write_bytes(KEY)
    return tmp_path / "src"


def build(src: Path, out: Path, *more: str) -> pd.DataFrame:
    done = hnp_etl("build-manifest", src, "--out", out, "--key-file", src.parent / "key", *more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ("" if "--unlabelled" in more else done.stderr)
    assert check_dataset(out, deep=True).findings == ()
    table: pd.DataFrame = open_dataset(out).manifest_table().to_pandas()
    return table


def test_images_without_any_label_are_taken(src: Path, tmp_path: Path) -> None:
    sound_tree(src)
    for label in src.rglob("*.json"):
        label.unlink()
    table = build(src, tmp_path / "out", "--unlabelled")
    assert len(table) == 12
    assert table[list(FROM_LABELS)].isna().all(axis=None)
    assert table.patient_id.nunique() == 4  # from the header


def test_labels_that_are_there_are_not_read(src: Path, tmp_path: Path) -> None:
    hard_tree(src)
    table = build(src, tmp_path / "out", "--unlabelled")
    assert table[list(FROM_LABELS)].isna().all(axis=None)
    ledger = open_dataset(tmp_path / "out").ledger_table().to_pandas()
    assert set(ledger.kind) == {"image", "other"}
    assert not {"NO_LABEL", "LABEL_REJECTED"} & set(ledger.reason.dropna())


def test_one_out_may_be_built_with_labels_and_again_without(src: Path, tmp_path: Path) -> None:
    sound_tree(src)
    write_slice(src, Slice("P009", 1))
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    with_labels = build(src, out)
    assert with_labels.level.notna().all()
    without = build(src, out, "--unlabelled")
    assert without.level.isna().all()
    pd.testing.assert_frame_equal(without, build(src, fresh, "--unlabelled"))
    pd.testing.assert_frame_equal(with_labels, build(src, out))
