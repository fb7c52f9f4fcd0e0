import numpy as np
import numpy.typing as npt
import pytest

from hnp_model.data.profile import describe
from hnp_model.data.slices import Slices
from hnp_model.report.inputs import InputsBeside, inputs_beside

Random = np.random.Generator
Numbers = npt.NDArray[np.float64]


def draw(random: Random, patients: int, slices: int = 6, ill: float = 0.4) -> Slices:
    """Return slices of patients whose age, canal, scanner and disease are their own."""
    patient = np.repeat(np.arange(patients), slices)
    count = patient.size
    age = random.normal(55, 15, patients)[patient]
    canal = random.normal(15, 2, patients)[patient] + random.normal(0, 0.5, count)
    lacks = (random.random(patients) < 0.15)[patient]
    names = np.char.add("p", patient.astype(np.str_))
    burden = random.normal(0, 1, patients)[patient]
    pixel = random.choice([0.5, 0.6], patients)[patient]
    nowhere = np.full(count, "")
    return Slices(
        *(np.char.add(names, np.arange(count).astype(np.str_)), names, names),
        hospital=np.array(["H01", "H02"])[patient % 2],
        level=(np.arange(count) % 5).astype(np.int8),
        is_patient=random.random(count) < 1 / (1 + np.exp(-burden - np.log(ill / (1 - ill)))),
        age=np.where(lacks, np.nan, age).astype(np.float32),
        sex=random.choice(["F", "M"], patients)[patient],
        canal_width_mm=canal.astype(np.float32),
        vendor=nowhere,
        shard=nowhere,
        row=np.zeros(count, dtype=np.int32),
        pixel_sha256=nowhere,
        pixel_row_mm=pixel.astype(np.float32),
        pixel_col_mm=pixel.astype(np.float32),
    )


def quantities(slices: Slices, brightness: float = 0.3) -> dict[str, Numbers]:
    random = np.random.default_rng(len(slices))
    columns = {
        "age": slices.age,
        "sex": np.zeros(len(slices)),
        "canal_width_mm": slices.canal_width_mm,
        "level": slices.level,
        "pixel_row_mm": slices.pixel_row_mm,
        "pixel_col_mm": slices.pixel_col_mm,
        "brightness": random.normal(brightness, 0.03, len(slices)),
        "contrast": random.normal(0.2, 0.02, len(slices)),
    }
    return {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}


def beside(train: Slices, here: Slices, brightness: float = 0.3) -> InputsBeside:
    profile = describe(train, quantities(train))
    return inputs_beside(profile, "both", here, quantities(here, brightness), labelled=True)


@pytest.mark.parametrize(("train", "here"), [(24, 8), (60, 20), (300, 100), (60, 1)])
def test_patients_like_those_of_train_are_remarked_in_one_of_twenty_at_most(
    train: int, here: int
) -> None:
    random = np.random.default_rng(train)
    worlds = 60 if here > 1 else 20
    found = [beside(draw(random, train), draw(random, here)).remarks for _ in range(worlds)]
    # A single patient whose every slice lies outside is told, chance or not.
    most = 0.05 if here > 1 else 0.4
    told = [remark for remarks in found for remark in remarks if "not a hospital" not in remark]
    assert len(told) <= most * worlds


def test_what_train_never_saw_is_remarked() -> None:
    random = np.random.default_rng(1)
    train = draw(random, 60)
    told = beside(train, draw(random, 20, ill=0.95), brightness=0.6)
    remarks = " / ".join(told.remarks)
    assert "brightness of 100.0 % of the slices lies outside train's range" in remarks
    assert "of the slices are positive" in remarks
    assert told.by_name["brightness"].outside == 1
    assert told.by_name["age"].outside == pytest.approx(0, abs=0.2)


def test_a_network_is_asked_about_what_it_looks_at_only() -> None:
    random = np.random.default_rng(2)
    train, here = draw(random, 30), draw(random, 10)
    profile = describe(train, quantities(train))
    seen = {
        inputs: list(inputs_beside(profile, inputs, here, quantities(here), labelled=False).by_name)
        for inputs in ("image", "tabular")
    }
    assert seen["image"] == ["pixel_row_mm", "pixel_col_mm", "brightness", "contrast"]
    assert seen["tabular"] == ["age", "sex", "canal_width_mm", "level"]
