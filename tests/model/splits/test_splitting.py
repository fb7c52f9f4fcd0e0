from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hnp_model.data.slices import Slices, read_slices
from hnp_model.settings.split import Scheme, SplitSettings
from hnp_model.splits.composition import off_balance
from hnp_model.splits.grouping import group_slices
from hnp_model.splits.guard import find_leakage, parts_of
from hnp_model.splits.making import make_splits
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from hnp_shared.splits import Unit, read_split
from model.conftest import invoke
from model.synthetic import Plan, write_dataset


@pytest.fixture(scope="module")
def slices(dataset: Path) -> Slices:
    return read_slices(open_dataset(dataset))


def test_the_default_split_is_by_patient_in_the_ratios(slices: Slices) -> None:
    (made,) = make_splits(slices, "id", SplitSettings())
    parts = parts_of(slices, made.split)
    assert not find_leakage(slices, parts)
    shares = [(parts == part).mean() for part in ("train", "val", "test")]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    for part in ("train", "val", "test"):
        here = slices.is_patient[parts == part]
        assert here.mean() == pytest.approx(slices.is_patient.mean(), abs=0.01)


def test_every_hospital_is_in_every_part(slices: Slices) -> None:
    (made,) = make_splits(slices, "id", SplitSettings())
    parts = parts_of(slices, made.split)
    for part in ("train", "val", "test"):
        assert set(slices.hospital[parts == part]) == {"H01", "H02", "H03"}


def test_patients_who_share_an_image_stay_together(tmp_path: Path) -> None:
    twins = read_slices(open_dataset(write_dataset(tmp_path / "out", Plan(20, twins=True))))
    for seed in range(5):
        (made,) = make_splits(twins, "id", SplitSettings(seed=seed))
        assert not find_leakage(twins, parts_of(twins, made.split))


def test_a_split_by_slice_has_equal_shares_and_leaks(slices: Slices) -> None:
    (made,) = make_splits(slices, "id", SplitSettings(unit="slice"))
    assert made.leakage.patients > 40
    parts = parts_of(slices, made.split)
    for part in ("train", "val", "test"):
        here = slices.is_patient[parts == part]
        assert here.mean() == pytest.approx(slices.is_patient.mean(), abs=0.01)


def test_folds_are_of_one_size_and_do_not_leak(slices: Slices) -> None:
    (made,) = make_splits(slices, "id", SplitSettings(scheme="kfold", folds=4))
    assert made.split.folds == 4
    sizes = np.unique(list(made.split.parts.values()), return_counts=True)[1]
    assert np.ptp(sizes) <= 1
    assert not made.leakage


def test_a_hospital_left_out_is_the_whole_test_part(slices: Slices) -> None:
    made = make_splits(slices, "id", SplitSettings(scheme="hospital-out"))
    assert [one.suffix for one in made] == ["-H01", "-H02", "-H03"]
    for one, hospital in zip(made, ("H01", "H02", "H03"), strict=True):
        parts = parts_of(slices, one.split)
        assert set(slices.hospital[parts == "test"]) == {hospital}
        assert hospital not in slices.hospital[parts != "test"]
        assert (parts[parts != "test"] == "val").mean() == pytest.approx(0.25, abs=0.05)
        assert not one.leakage


def test_one_hospital_cannot_be_left_out(slices: Slices) -> None:
    alone = slices.take(slices.hospital == "H02")
    with pytest.raises(InputError, match=r"found one hospital \(H02\), expected at least two"):
        make_splits(alone, "id", SplitSettings(scheme="hospital-out"))


def test_too_few_patients_are_refused(slices: Slices) -> None:
    two = slices.take(group_slices(slices) < 2)
    with pytest.raises(InputError, match=r"found 2 patients .* expected at least 3"):
        make_splits(two, "id", SplitSettings())


@pytest.mark.parametrize("unit", ["patient", "slice"])
@pytest.mark.parametrize("ratios", [(8, 1, 1), (7, 1, 2), (90, 5, 5), (1, 98, 1), (1, 1, 999999)])
@pytest.mark.parametrize("patients", [3, 4, 5, 7])
def test_no_part_is_empty(
    slices: Slices, patients: int, ratios: tuple[int, int, int], unit: Unit
) -> None:
    few = slices.take(group_slices(slices) < patients)
    for seed in range(5):
        (made,) = make_splits(few, "id", SplitSettings(ratios=ratios, seed=seed, unit=unit))
        assert set(made.split.parts.values()) == {"train", "val", "test"}


def test_a_part_is_empty_where_its_ratio_is_0(slices: Slices) -> None:
    for scheme in ("stratified", "hospital-out"):
        for made in make_splits(slices, "id", SplitSettings(scheme=scheme, ratios=(6, 0, 4))):
            assert set(made.split.parts.values()) == {"train", "test"}
    (made,) = make_splits(slices, "id", SplitSettings(ratios=(0, 0, 1), stable=True))
    assert set(made.split.parts.values()) == {"test"}


def test_as_many_folds_as_patients_are_filled_and_more_are_refused(slices: Slices) -> None:
    few = slices.take(group_slices(slices) < 5)
    (made,) = make_splits(few, "id", SplitSettings(scheme="kfold", folds=5))
    assert sorted(made.split.parts.values()) == ["0", "1", "2", "3", "4"]
    with pytest.raises(InputError, match="found 5 patients .* expected at least 6"):
        make_splits(few, "id", SplitSettings(scheme="kfold", folds=6))


def test_a_hospital_that_leaves_too_few_is_named_and_passed_over(slices: Slices) -> None:
    few = slices.take(np.isin(group_slices(slices), [0, 1, 4]))  # of H01, H02 and H02
    (made,) = make_splits(few, "id", SplitSettings(scheme="hospital-out"))
    assert made.suffix == "-H01"
    assert list(made.passed_over) == ["H02"]
    assert made.passed_over["H02"].startswith("without it found 1 patient ")


def test_of_many_folds_a_few_are_told(small: Path, tmp_path: Path) -> None:
    split = ("split", small, "-o", tmp_path / "s.csv", "--scheme", "kfold", "--folds")
    refused = invoke(*split, 1000)
    assert refused.stderr == (
        "error: found 24 patients that share no image or study, expected at least 1,000, one for "
        "each part (0, 1, 2, 3, 4, 5, 6, 7 and so on (1,000))\n"
    )
    told = invoke(*split, 24)
    assert told.exit_code == 0
    assert len(told.stderr.splitlines()) <= 8
    assert told.stderr.splitlines()[-2] == "note: and so on, in 14 parts"


def test_a_hospital_of_one_class_is_named_and_passed_over(tmp_path: Path) -> None:
    plan = Plan(30, hospital_shares=(0.5, 0.0, 0.5))
    folder = write_dataset(tmp_path / "out", plan)
    told = invoke("split", folder, "-o", tmp_path / "s.csv", "--scheme", "hospital-out")
    assert told.exit_code == 0
    note = "note: H02 cannot be left out: slices of one class only would be in test\n"
    assert told.stderr.startswith(note)
    assert sorted(path.name for path in tmp_path.glob("s-*.csv")) == ["s-H01.csv", "s-H03.csv"]


def test_a_hospital_that_all_patients_were_in_is_named(slices: Slices) -> None:
    two = slices.take(group_slices(slices) < 2)
    hospital = np.full(len(two), "H02")
    hospital[np.unique(two.patient_id, return_index=True)[1]] = ["H01", "H03"]  # one slice each
    with pytest.raises(InputError, match=r"^no hospital .*; H02: every patient has a slice from"):
        make_splits(replace(two, hospital=hospital), "id", SplitSettings(scheme="hospital-out"))


def test_where_no_hospital_can_be_left_out_each_is_named(tmp_path: Path) -> None:
    plan = Plan(12, hospitals=("H01", "H02"), hospital_shares=(0.5, 0.0))
    folder = write_dataset(tmp_path / "out", plan)
    told = invoke("split", folder, "-o", tmp_path / "s.csv", "--scheme", "hospital-out")
    assert told.exit_code == 65
    assert told.stderr == (
        "error: no hospital can be left out: H01: slices of one class only would be in train; "
        "H02: slices of one class only would be in test\n"
    )
    assert not list(tmp_path.glob("s-*.csv"))


def test_parts_of_one_class_are_told(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "out", Plan(12, positive_share=0.0))
    told = invoke("split", folder, "-o", tmp_path / "s.csv")
    assert told.exit_code == 0
    assert told.stderr.startswith(
        "note: s.csv: slices of one class only in train, val, test; a fit "
    )


def test_no_hospitals_file_is_written_while_one_is_in_the_way(
    dataset: Path, tmp_path: Path
) -> None:
    (tmp_path / "s-H02.csv").write_text("patient_id,part\nmine,train\n")
    command = ("split", dataset, "-o", tmp_path / "s.csv", "--scheme", "hospital-out")
    told = invoke(*command)
    assert told.exit_code == 73
    assert told.stderr == "error: s-H02.csv exists, expected a new file; --force overwrites it\n"
    assert [path.name for path in tmp_path.iterdir()] == ["s-H02.csv"]
    assert invoke(*command, "--force").exit_code == 0
    assert len(list(tmp_path.iterdir())) == 3


def test_the_same_arguments_give_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in (*paths, paths[1]):  # the very same bytes again are nothing new
        assert invoke("split", dataset, "-o", path, "--seed", 7).exit_code == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    refused = invoke("split", dataset, "-o", paths[1], "--seed", 8)
    assert refused.exit_code == 73
    assert refused.stderr == "error: b.csv exists, expected a new file; --force overwrites it\n"
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert invoke("split", dataset, "-o", paths[1], "--seed", 8, "--force").exit_code == 0
    assert paths[0].read_bytes() != paths[1].read_bytes()


def test_the_file_says_how_it_was_made_and_pandas_reads_it(dataset: Path, split_file: Path) -> None:
    head = [line for line in split_file.read_text().splitlines() if line.startswith("#")]
    assert head == [
        "# format: hnp-split 1",
        "# unit: patient",
        "# scheme: stratified",
        "# ratios: 6:2:2",
        "# seed: 42",
        "# stratify: positive share, hospital, patients",
        f"# data set id: {open_dataset(dataset).info.dataset_id}",
    ]
    table = pd.read_csv(split_file, comment="#")
    assert list(table.columns) == ["patient_id", "part"]
    assert table["patient_id"].is_monotonic_increasing
    assert (
        dict(zip(table["patient_id"], table["part"], strict=True)) == read_split(split_file).parts
    )


@pytest.mark.parametrize("scheme", ["stratified", "kfold"])
def test_sixty_patients_of_ten_slices_are_balanced_within_a_point(
    tmp_path: Path, scheme: Scheme
) -> None:
    plan = Plan(60, levels=5, side=8, hospitals=("H01", "H02", "H03", "H04", "H06"))
    sixty = read_slices(open_dataset(write_dataset(tmp_path / "out", plan)))
    for seed in range(20):
        settings = SplitSettings(scheme=scheme, folds=4, seed=seed)
        (made,) = make_splits(sixty, "id", settings)
        assert off_balance(made.composition) == ()
