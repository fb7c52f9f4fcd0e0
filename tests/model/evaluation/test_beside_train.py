import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hnp_shared.dataset_info import read_info
from model.conftest import invoke
from model.synthetic import Plan, write_dataset

SAME_PEOPLE = Plan(patients=80, levels=3, positive_share=0.4)
"""Those of the data set that the run was trained on."""


@pytest.fixture
def own(run: Path, tmp_path: Path) -> Path:
    """A copy of the run that a test may change."""
    return Path(shutil.copytree(run, tmp_path / "own"))


def changed(dataset: Path, tmp_path: Path, change: Callable[[pd.DataFrame], object]) -> Path:
    """Return a copy of a data set whose manifest was changed."""
    copy = Path(shutil.copytree(dataset, tmp_path / "changed"))
    path = copy / read_info(copy).manifest
    table = pq.read_table(path)
    frame = table.to_pandas()
    change(frame)
    columns = [pa.array(frame[name], field.type) for name, field in _fields(table)]
    pq.write_table(pa.table(columns, schema=table.schema), path)
    return copy


def _fields(table: pa.Table) -> list[tuple[str, pa.Field]]:
    return [(field.name, field) for field in table.schema]


def said(run: Path, dataset: Path, tmp_path: Path) -> str:
    """Return what is remarked on a data set."""
    told = invoke("predict", run, dataset, "-o", tmp_path / "said.parquet", "--force")
    assert told.exit_code == 0, told.stderr
    return str(told.stderr)


def test_the_same_people_under_another_key_are_known_by_their_pictures(
    own: Path, tmp_path: Path
) -> None:
    again = write_dataset(tmp_path / "out", replace_plan(key="other", noise=1e-4))
    told = invoke("evaluate", own, again, "--all", "--out", tmp_path / "e")
    assert told.exit_code == 0, told.stderr
    # 64 of the 80 are in train and val, with three discs of two slices each
    count = "NEAR COPIES: 384 pairs of slices, of 64 patients with 64 others"
    assert f"note: {count}, show almost the same" in told.stderr
    assert "ids of another key" in told.stderr
    card = (tmp_path / "e" / "card.md").read_text()
    assert count in card
    assert f"Leakage: no patient or image on two sides; **{count}**" in card
    found = json.loads((tmp_path / "e" / "metrics.json").read_text())["all"]
    assert found["near_copies"] == {"pairs": 384, "patients": 64, "others": 64}
    with (tmp_path / "e" / "near_copies.csv").open() as file:
        pairs = list(csv.DictReader(file))
    assert {pair["seen_part"] for pair in pairs} == {"train", "val"}
    assert len({pair["slice_id"] for pair in pairs}) == len(pairs) == 384
    # level and number come first in a synthetic slice_id: each is held against itself
    assert all(pair["slice_id"][:2] == pair["seen_slice_id"][:2] for pair in pairs)
    assert f"note: {count}" in said(own, again, tmp_path)


def replace_plan(**changes: Any) -> Plan:
    return Plan(
        patients=SAME_PEOPLE.patients,
        levels=SAME_PEOPLE.levels,
        positive_share=SAME_PEOPLE.positive_share,
        **changes,
    )


def test_other_people_are_no_near_copies_and_no_list_of_them_is_left(
    own: Path, tmp_path: Path
) -> None:
    others = write_dataset(tmp_path / "out", Plan(12, seed=9, first_patient=500))
    asked = ("evaluate", own, others, "--all", "--skip-missing-inputs", "--out", tmp_path / "e")
    told = invoke(*asked)
    found = json.loads((tmp_path / "e" / "metrics.json").read_text())["all"]
    assert found["near_copies"] == {"pairs": 0, "patients": 0, "others": 0}
    assert "NEAR COPIES" not in told.stderr
    assert not (tmp_path / "e" / "near_copies.csv").exists()
    # what an evaluation of something else has left says nothing of this one
    (tmp_path / "e" / "near_copies.csv").write_text("slice_id\nsomebody\n")
    assert invoke(*asked).exit_code == 0
    assert len((tmp_path / "e" / "near_copies.csv").read_text().splitlines()) == 1


def test_near_copies_in_two_parts_are_told_when_a_split_is_made_and_used(tmp_path: Path) -> None:
    twice = write_dataset(tmp_path / "out", Plan(24, slices_a_level=1))
    frame = pd.read_parquet(twice / read_info(twice).manifest)
    people = frame.patient_id.drop_duplicates().tolist()
    mine, theirs = (frame[frame.patient_id == name].iloc[0] for name in (people[0], people[1]))
    copy_pixels(twice, mine, theirs)
    for seed in range(20):
        told = invoke("split", twice, "-o", tmp_path / "split.csv", "--seed", seed, "--force")
        assert told.exit_code == 0, told.stderr
        parts = pd.read_csv(tmp_path / "split.csv", comment="#", index_col=0).part
        across = parts[people[0]] != parts[people[1]]
        warned = "WARNING: NEAR COPIES: 1 pair of slices, of 1 patient with 1 other," in (
            told.stderr
        )
        assert warned == across
        if across:
            break
    assert across
    fitted = invoke(
        *("fit", twice, "--split", tmp_path / "split.csv", "--out", tmp_path / "run"),
        *("--model", "compact", "--epochs", 1),
    )
    assert "note: NEAR COPIES: 1 pair of slices" in fitted.stderr


def copy_pixels(dataset: Path, source: Any, target: Any) -> None:
    """Write the pixels of one slice over another's, changed by 1e-4; their hashes stay."""
    with np.load(dataset / "shards" / source.shard) as shard:
        images, names = shard["images"].copy(), shard["slice_ids"]
    assert source.shard == target.shard
    noise = np.random.default_rng(0).normal(0, 1e-4, images.shape[1:])
    images[target.row] = np.clip(images[source.row] + noise, 0, 1)
    np.savez(dataset / "shards" / source.shard, images=images, slice_ids=names)


@pytest.mark.parametrize(
    ("plan", "remark"),
    [
        (
            {"codes": (("1", "patient"), ("2", "normal"), ("3", "patient"))},
            "label codes mean something else than in the data trained on (there): 1 patient "
            "(normal), 2 normal (patient), 3 patient (nothing)",
        ),
        ({"canal": ("area", "mm2")}, "the canal's area in mm2, trained on its width in mm"),
        ({"canal": ("width", "cm")}, "the canal's width in cm, trained on its width in mm"),
        ({"key": "other"}, "ids of another key (22362dac, trained on 89abcdef): patients that"),
        (
            {"hospitals": ("H01", "H08", "H09")},
            "H08, H09: not a hospital of train, 27 patients and 108 slices",
        ),
        ({"positive_share": 0.9}, "% of the slices are positive, 39.6 % of train: predictive"),
    ],
    ids=["codes", "quantity", "unit", "key", "hospitals", "classes"],
)
def test_a_difference_to_train_is_remarked(
    run: Path, tmp_path: Path, plan: dict[str, Any], remark: str
) -> None:
    other = {"patients": 40, "seed": 9, "first_patient": 500, "positive_share": 0.4, **plan}
    assert remark in said(run, write_dataset(tmp_path / "out", Plan(**other)), tmp_path)


def test_people_like_those_of_train_are_not_remarked(run: Path, tmp_path: Path) -> None:
    alike = Plan(40, levels=3, seed=9, positive_share=0.4, first_patient=500)
    told = said(run, write_dataset(tmp_path / "out", alike), tmp_path).splitlines()
    assert [line for line in told if " val " not in line and " of val" not in line] == []


def older(frame: pd.DataFrame) -> None:
    frame["age"] += 90


def in_other_units(frame: pd.DataFrame) -> None:
    frame["canal_width_mm"] *= 10


def finer(frame: pd.DataFrame) -> None:
    frame["pixel_row_mm"] = 0.3


def half_without_age(frame: pd.DataFrame) -> None:
    few = frame.patient_id.drop_duplicates().tolist()[::2]
    frame.loc[frame.patient_id.isin(few), "age"] = None


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (older, "of the slices lies outside train's range, 23 to 89 years (99 % of its slices)"),
        (in_other_units, "canal_width_mm of "),
        (finer, "pixel_row_mm of 100.0 % of the slices lies outside train's range, 0.5 to 0.5 mm"),
        (half_without_age, "age is missing in 5"),
    ],
    ids=["age", "canal", "pixel", "missing"],
)
def test_inputs_unlike_those_of_train_are_remarked(
    run: Path, dataset: Path, tmp_path: Path, change: Callable[[pd.DataFrame], object], remark: str
) -> None:
    stderr = said(run, changed(dataset, tmp_path, change), tmp_path)
    assert stderr.count("outside train's range") + stderr.count("is missing in") == 1
    assert remark in stderr


def test_brighter_pictures_are_remarked(run: Path, tmp_path: Path) -> None:
    brighter = write_dataset(tmp_path / "out", Plan(12, seed=9, first_patient=500, noise=0.9))
    stderr = said(run, brighter, tmp_path)
    assert "brightness of 100.0 % of the slices lies outside train's range" in stderr


def test_missing_shares_are_told_beside_those_of_train(
    run: Path, dataset: Path, split_file: Path, tmp_path: Path
) -> None:
    frame = pd.read_parquet(dataset / read_info(dataset).manifest)
    part = frame.patient_id.map(pd.read_csv(split_file, comment="#", index_col=0).part)
    found = json.loads((run / "metrics.json").read_text())["test"]["inputs"]
    for name in ("age", "sex", "canal_width_mm", "level"):
        missing = frame[name].isna().groupby(part).mean()
        assert found[name]["missing"] == pytest.approx(missing["test"])
        assert found[name]["missing_in_train"] == pytest.approx(missing["train"])
    shares = [f"{100 * found['age'][name]:.1f} %" for name in ("missing", "missing_in_train")]
    assert f"| age | {shares[0]} | {shares[1]} | 2" in (run / "card.md").read_text()
    told = invoke("predict", run, dataset, "-o", tmp_path / "said.parquet")
    everywhere = 100 * frame["age"].isna().mean()
    assert f"inputs missing here (in train): age {everywhere:.1f} % ({shares[1]})" in told.stdout
    plain = invoke("predict", run, dataset, "-o", tmp_path / "said.parquet", "--force", "--json")
    assert (
        json.loads(plain.stdout)["inputs"]["age"]["missing_in_train"]
        == (found["age"]["missing_in_train"])
    )
