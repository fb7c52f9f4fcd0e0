import numpy as np
import pyarrow as pa
import pytest

from hnp_model.data.columns import read_columns, refuse_columns
from hnp_shared.errors import InputError

TABLE = pa.table(
    {
        "slice_id": ["a", "b"],
        "age": pa.array([50.0, 60.0], pa.float32()),
        "is_patient": [True, False],
        "label_code": ["1", "2"],
        "echo_time_ms": pa.array([100.0, None], pa.float32()),
        "children": pa.array([2, 0], pa.int8()),
        "bound": [float("inf"), 1.0],
        "flags": pa.array([["derived"], []], pa.list_(pa.string())),
    }
)


def test_numbers_are_read_with_what_is_missing() -> None:
    found = read_columns(TABLE, ["children", "echo_time_ms"])
    assert found["children"].tolist() == [2, 0]
    assert found["echo_time_ms"][0] == 100
    assert np.isnan(found["echo_time_ms"][1])


def test_a_column_that_is_not_there_is_missing_everywhere() -> None:
    (values,) = read_columns(TABLE, ["weight"]).values()
    assert np.isnan(values).all()


def test_no_number_is_no_value() -> None:
    (values,) = read_columns(TABLE, ["bound"]).values()
    assert np.isnan(values[0])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("is_patient", "found is_patient, which is the truth"),
        ("label_code", "found label_code, which is the truth"),
        ("slice_id", "found slice_id, which holds no numbers"),
        ("flags", "found flags, which holds no numbers"),
        ("age", "found age, which is an input already"),
        ("wieght", "found no column 'wieght'"),
    ],
)
def test_what_cannot_be_given_is_refused_with_what_can(name: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        refuse_columns(TABLE, ["children", name])
    assert str(refused.value).endswith("any of echo_time_ms, children, bound")
