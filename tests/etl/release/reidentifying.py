"""What a stranger who has OUT and a list of the hospital's patients could tell: shares of patients.

The list is taken from the truth of a phantom: order of folders, counts and ages as anybody may know
them. A share of 1 means that everybody is alone, and so found, by that alone.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from hnp_etl.private.linkage import read_linkage
from hnp_shared.dataset import open_dataset


@dataclass(frozen=True)
class Alone:
    """Shares of patients who are alone, and how far orders agree.

    Attributes:
        patients: in the data set.
        order: Spearman correlation of ids with the order of source paths.
        shards: the same of shard files with it, by their names.
        slices: alone by their number of slices.
        age: by exact age, sex and hospital.
        band: by ten years of age, sex and hospital.
        positions: by the positions of their slices to 0.1 mm.
        acquisition: by echo time, repetition time, thickness, field and picture size.
        shared_pictures: pictures that patients of two hospitals share.
    """

    patients: int
    order: float
    shards: float
    slices: float
    age: float
    band: float
    positions: float
    acquisition: float
    shared_pictures: int


def measure(out: Path, private: Path) -> Alone:
    """Return what can be told of a data set whose linkage says what is true."""
    rows = open_dataset(out).manifest.copy()
    paths = {link.slice_id: link.path for link in read_linkage(private)}
    rows["path"] = rows["slice_id"].map(paths)
    people = rows.groupby("patient_id")
    first = people.agg(path=("path", "min"), shard=("shard", "first"))
    where = pd.DataFrame({"sex": people["sex"].first(), "hospital": people["hospital"].first()})
    age = people["age"].first()
    acquired = ["echo_time_ms", "repetition_time_ms", "slice_thickness_mm"]
    acquired += ["field_strength_t", "source_rows"]
    positions = people["slice_position_mm"].agg(_places)
    owners = rows.groupby("pixel_sha256")["hospital"].nunique()
    return Alone(
        len(first),
        _agree(np.arange(len(first)), first["path"]),
        _agree(first["shard"].rank().to_numpy(), first["path"]),
        _alone(people.size()),
        _alone(pd.Series(zip(age, where["sex"], where["hospital"], strict=True))),
        _alone(pd.Series(zip(age // 10, where["sex"], where["hospital"], strict=True))),
        _alone(positions),
        _alone(people[acquired].first().round(3).astype(str).agg("|".join, axis=1)),
        int((owners > 1).sum()),
    )


def _places(positions: pd.Series) -> tuple[float, ...]:
    return tuple(np.sort(positions.to_numpy(np.float64).round(1)).tolist())


def _agree(numbers: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", paths: pd.Series) -> float:
    ranks = paths.rank().to_numpy()
    return float(abs(pd.Series(numbers).corr(pd.Series(ranks), method="spearman")))


def _alone(traits: pd.Series) -> float:
    counts = traits.value_counts()
    return float((counts == 1).sum() / len(traits))
