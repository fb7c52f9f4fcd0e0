"""Further columns of a hospital's table: keyed, allowed one by one, and telling nobody."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etl.trees import KEY, Slice, write_slice
from failing import CountingDisk
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.datasets.causes import Cause
from hnp_etl.datasets.difference import compare
from hnp_etl.datasets.merging import merge
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.further.extend import ExtendConfig, ExtendReport, extend
from hnp_etl.further.wanted import Wanted
from hnp_etl.recipes.recipe import Image, Recipe
from hnp_model.data.columns import read_columns
from hnp_shared.check import check_dataset
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, StorageError

RECIPE = Recipe(name="tiny", image=Image(size=(32, 32)))
PATIENTS = ("007", "1001", "P3", "P4")


def built(folder: Path, *hospitals: str) -> Path:
    """Build the same four patient values in each hospital; `P3` and `P4` are one person in H01."""
    for hospital in hospitals:
        for patient in PATIENTS:
            shared = {"StudyInstanceUID": "1.2.34"} if patient in ("P3", "P4") else {}
            write_slice(folder / "src", Slice(patient, 0, hospital=hospital), **shared)
    (folder / "key").write_bytes(KEY)
    (folder / "key").chmod(0o600)
    config = BuildConfig(
        (folder / "src",), folder / "out", folder / "out.private", RECIPE, folder / "key"
    )
    build(config, executor=SerialExecutor())
    return config.out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built(folder, "H01")
    return folder


def asked(site: Path, folder: Path, text: str, *columns: str, **changes: object) -> ExtendConfig:
    """Write a table and return what a user asks for."""
    (folder / "table.csv").write_bytes(text.encode("cp949"))
    config = ExtendConfig(
        out=site / "out",
        table=folder / "table.csv",
        key="patient",
        wanted=[Wanted.parse(each) for each in columns or ("weight",)],
        new=folder / "new",
        private=[site / "out.private"],
    )
    return replace(config, **changes)  # type: ignore[arg-type]  # of any field


TABLE = "환자번호,체중,메모\n007,63.4,x\n1001.0,70,y\nP4,81.5,z\n9999,55,w\n"


def extended(site: Path, folder: Path) -> ExtendReport:
    return extend(asked(site, folder, TABLE, "체중=weight"))


def test_values_go_to_whom_they_are_of(site: Path, tmp_path: Path) -> None:
    report = extended(site, tmp_path)
    rows = pd.read_parquet(tmp_path / "new" / "manifest.parquet")
    assert sorted(rows["weight"]) == [63.4, 70.0, 81.5, 81.5]  # P3 and P4 are one person
    assert rows.groupby("patient_id")["weight"].nunique().max() == 1
    joined = report.info.joined[0]
    assert (joined.lines, joined.matched, joined.unmatched, joined.patients) == (4, 3, 1, 3)
    assert joined.columns == {"weight": "a number"}


def test_leading_zeros_are_part_of_a_value(site: Path, tmp_path: Path) -> None:
    extend(asked(site, tmp_path, "PatientID,weight\n7,63.4\n007.0,64.4\n1001,70\n"))
    assert sorted(pd.read_parquet(tmp_path / "new" / "manifest.parquet")["weight"].dropna()) == [70]


def test_the_new_data_set_is_sound_and_differs_by_the_table_alone(
    site: Path, tmp_path: Path
) -> None:
    report = extended(site, tmp_path)
    old, new = open_dataset(site / "out"), open_dataset(tmp_path / "new")
    assert check_dataset(tmp_path / "new", deep=True).findings == ()
    assert new.info.dataset_id == report.info.dataset_id != old.info.dataset_id
    assert {(row.cause, row.columns) for row in compare(old, new).rows} == {
        (Cause.TABLE, ("weight",))
    }
    assert {row.cause for row in compare(new, old).rows} == {Cause.TABLE}
    assert (new.info.pixels_id, new.info.key_id) == (old.info.pixels_id, old.info.key_id)
    shards = {name: file for name, file in old.info.files.items() if name.startswith("shards/")}
    assert shards.items() <= new.info.files.items()
    assert not any((tmp_path / "new" / name).samefile(site / "out" / name) for name in shards)
    before = old.manifest_table()
    assert new.manifest_table().select(before.column_names).equals(before)


def test_the_same_command_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    extended(site, tmp_path)
    first = {path.name: path.read_bytes() for path in (tmp_path / "new").rglob("*.*")}
    extended(site, tmp_path)
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").rglob("*.*")} == first


def test_a_network_is_given_the_column(site: Path, tmp_path: Path) -> None:
    extend(asked(site, tmp_path, "PatientID,weight\n007,63.4\n"))
    found = read_columns(open_dataset(tmp_path / "new").manifest_table(), ["weight"])["weight"]
    assert (np.isnan(found).sum(), np.nanmax(found)) == (3, 63.4)


def test_nothing_of_the_table_but_the_wanted_columns_is_in_the_new_data_set(
    site: Path, tmp_path: Path
) -> None:
    text = "환자번호,체중,메모\n007,63.4,CANARY_Q7\n1001,70,CANARY_Q7\nP3,71,CANARY_Q7\n"
    extend(asked(site, tmp_path, text, "체중=weight"))
    new = tmp_path / "new"
    content = b"".join(path.read_bytes() for path in new.rglob("*") if path.is_file())
    assert b"CANARY_Q7" not in content
    assert "메모".encode() not in content


def test_a_second_table_adds_to_the_first(site: Path, tmp_path: Path) -> None:
    extended(site, tmp_path)
    second = tmp_path / "second"
    second.mkdir()
    config = asked(site, second, "PatientID,height\n007,171.5\n1001,160\n", "height")
    report = extend(replace(config, out=tmp_path / "new"))
    rows = pd.read_parquet(second / "new" / "manifest.parquet")
    assert (rows["weight"].count(), rows["height"].count()) == (4, 2)
    assert [list(each.columns) for each in report.info.joined] == [["weight"], ["height"]]
    with pytest.raises(InputError, match="have column weight twice"):
        extend(replace(asked(site, second, TABLE, "체중=weight"), out=tmp_path / "new"))


def test_studies_are_told_by_their_uid(site: Path, tmp_path: Path) -> None:
    text = "StudyInstanceUID,stay\n1.2.34,3\n1.2.3,4\n"
    extend(asked(site, tmp_path, text, "stay", key="study"))
    rows = pd.read_parquet(tmp_path / "new" / "manifest.parquet")
    assert rows["stay"].dropna().tolist() == [3, 3]
    assert rows.dropna(subset="stay")["study_id"].nunique() == 1


@pytest.mark.parametrize(
    ("text", "columns", "what"),
    [
        ("PatientID,weight\n8,63\n", ("weight",), "none of 1 lines names anybody"),
        ("PatientID,weight\n7,63\n8,64\n", ("weight",), "1 would with the zeros in front"),
        ("PatientID,weight\n007,63\n007,64\n", ("weight",), "line 2 and line 3 name one patient"),
        ("PatientID,weight\nP3,63\nP4,64\n", ("weight",), "line 2 and line 3 name one patient"),
        ("PatientID,born\n007,1961-02-03\n1001,1970-01-01\n", ("born",), "column born holds dates"),
        ("PatientID,나이\n007,93\n", ("나이=years",), "is age, which labels tell"),
        ("PatientID,pid\n007,93\n", ("pid",), "names patients"),
        ("PatientID,weight\n007,63\n", ("weight=level",), "column level twice"),
        ("PatientID,weight\n007,63\n", ("weight", "weight"), "column weight twice"),
    ],
)
def test_what_cannot_be_joined_is_refused_and_nothing_is_made(
    site: Path, tmp_path: Path, text: str, columns: tuple[str, ...], what: str
) -> None:
    with pytest.raises(InputError, match=what) as caught:
        extend(asked(site, tmp_path, text, *columns))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "new").exists()


def test_a_private_folder_of_nobody_in_the_data_set_is_refused(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    for patient in ("A", "B"):
        write_slice(other / "src", Slice(patient, 0, hospital="H01"))
    config = BuildConfig((other / "src",), other / "out", other / "out.private", RECIPE)
    build(config, executor=SerialExecutor())
    with pytest.raises(InputError, match="knows nobody of the data set"):
        extend(asked(site, tmp_path, TABLE, "체중=weight", private=[other / "out.private"]))
    with pytest.raises(InputError, match=r"found no private folder gone, .* --private DIR"):
        extend(asked(site, tmp_path, TABLE, "체중=weight", private=[other / "gone"]))
    (other / "out.private" / "state.sqlite").write_bytes(b"no database")
    with pytest.raises(InputError, match="cannot be read by this version"):
        extend(asked(site, tmp_path, TABLE, "체중=weight", private=[other / "out.private"]))
    assert (other / "out.private" / "state.sqlite").read_bytes() == b"no database"


def test_one_number_in_two_hospitals_is_two_people(tmp_path: Path) -> None:
    built(tmp_path, "H01", "H02")
    text = "site,PatientID,weight\nH01,1001,63\nH02,1001,72\nH03,1001,81\n"
    with pytest.raises(InputError, match=r"once for each that the table is of \(H01, H02\)"):
        extend(asked(tmp_path, tmp_path, text))
    with pytest.raises(InputError, match="3 lines name people of several hospitals"):
        extend(asked(tmp_path, tmp_path, text, hospitals=["H01", "H02"]))
    with pytest.raises(InputError, match="found --hospital H09, expected one of H01, H02"):
        extend(asked(tmp_path, tmp_path, text, hospitals=["H09"]))
    report = extend(asked(tmp_path, tmp_path, text, hospital_column="site"))
    rows = pd.read_parquet(tmp_path / "new" / "manifest.parquet").dropna(subset="weight")
    assert dict(zip(rows["hospital"], rows["weight"], strict=True)) == {"H01": 63, "H02": 72}
    assert report.matched.unmatched == 1


def test_a_merge_keeps_further_columns_and_tells_their_tables(site: Path, tmp_path: Path) -> None:
    extended(site, tmp_path)
    other = tmp_path / "other"
    write_slice(other / "src", Slice("B", 0, hospital="H02"))
    (other / "key").write_bytes(KEY[::-1])
    (other / "key").chmod(0o600)
    config = BuildConfig((other / "src",), other / "out", other / "private", RECIPE, other / "key")
    build(config, executor=SerialExecutor())
    report = merge([config.out, tmp_path / "new"], tmp_path / "all")
    rows = pd.read_parquet(tmp_path / "all" / "manifest.parquet")
    assert rows.groupby("hospital")["weight"].count().to_dict() == {"H01": 4, "H02": 0}
    assert report.info.joined == open_dataset(tmp_path / "new").info.joined
    assert check_dataset(tmp_path / "all", deep=True).findings == ()


def test_a_failed_write_leaves_what_was_there_and_the_same_command_goes_on(
    site: Path, tmp_path: Path
) -> None:
    first = extended(site, tmp_path)
    counting = CountingDisk()
    changed = TABLE.replace("63.4", "64.4")
    config = asked(site, tmp_path, changed, "체중=weight")
    shutil.copytree(tmp_path / "new", tmp_path / "tried")
    extend(replace(config, new=tmp_path / "tried", disk=counting))
    for step in range(1, len(counting.done) + 1, 3):
        with pytest.raises(StorageError) as caught:
            extend(replace(config, disk=CountingDisk(step)))
        assert "secret" not in str(caught.value)
        found = open_dataset(tmp_path / "new")
        assert found.is_whole()
        if found.info.dataset_id != first.info.dataset_id:
            break  # dataset.json was replaced; only tidying failed
    assert extend(config).info.dataset_id == open_dataset(tmp_path / "tried").info.dataset_id
