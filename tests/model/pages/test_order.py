"""Which slices come first on a page for readers."""

import numpy as np
import pandas as pd
import pytest

from hnp_model.pages.order import rows_in_order
from hnp_model.pages.said import Said, Suspects
from hnp_shared.errors import InputError

MANIFEST = pd.DataFrame(
    {
        "slice_id": ["a", "b", "c", "d", "e"],
        "level": [4, 3, 4, 3, 2],
        "is_patient": [True, False, True, False, True],
    }
)
SAID = Said({"a": 0.9, "b": 0.8, "c": 0.19, "d": 0.45}, threshold=0.5)


def ids(order: str, said: Said = SAID, suspects: Suspects | None = None, seed: int = 1) -> str:
    rows = rows_in_order(MANIFEST, order, said, suspects, seed=seed)  # type: ignore[arg-type]
    return "".join(MANIFEST.slice_id.iloc[rows])


def test_misses_come_the_surest_first_and_hits_do_not_come() -> None:
    assert ids("misses") == "cb"


def test_uncertain_slices_come_nearest_to_the_threshold_first() -> None:
    assert ids("uncertain") == "dbca"


def test_suspects_come_by_rank_and_only_those_of_the_data_set() -> None:
    assert ids("suspects", suspects=Suspects({"d": 3, "x": 1, "a": 7}, {})) == "da"


def test_discs_come_from_the_head_down() -> None:
    assert ids("disc", Said({})) == "ebdac"


def test_a_random_order_hangs_on_its_seed_alone() -> None:
    assert ids("random") == ids("random", Said({}))
    assert sorted(ids("random")) == list("abcde")
    assert any(ids("random") != ids("random", seed=seed) for seed in range(2, 9))


@pytest.mark.parametrize("order", ["misses", "uncertain"])
def test_a_model_s_order_needs_a_model(order: str) -> None:
    with pytest.raises(InputError, match="without a RUN"):
        ids(order, Said({}))


def test_an_order_with_nothing_in_it_is_refused() -> None:
    right = Said({"a": 0.9, "b": 0.1}, threshold=0.5)
    with pytest.raises(InputError, match="found no slice"):
        ids("misses", right)


def test_an_unlabelled_slice_is_no_miss() -> None:
    unlabelled = MANIFEST.assign(is_patient=pd.array([None, None, True, None, None], "boolean"))
    rows = rows_in_order(unlabelled, "misses", SAID, None, seed=1)
    assert np.array_equal(rows, [2])
