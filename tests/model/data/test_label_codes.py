"""Claims about label codes as numbers in an order."""

import numpy as np

from hnp_model.data.label_codes import UNKNOWN_CODE, codes_in, index_codes, usual_order


def test_normal_codes_come_first_then_numbers_by_size_then_words() -> None:
    patient = {"10": True, "9": False, "2": True, "Severe": True, "grade10": True, "grade9": True}
    assert usual_order(list(patient), patient) == ["9", "2", "10", "Severe", "grade9", "grade10"]


def test_a_label_of_several_codes_counts_as_the_last_of_them() -> None:
    texts = np.array(["1,3", "3,1", "2", ""])
    assert codes_in(texts) == ["1", "2", "3"]
    assert index_codes(texts, ["1", "2", "3"]).tolist() == [2, 2, 1, UNKNOWN_CODE]
    assert index_codes(texts, ["3", "2", "1"]).tolist() == [2, 2, 1, UNKNOWN_CODE]


def test_a_code_that_the_order_lacks_leaves_the_slice_unknown_even_beside_a_known_one() -> None:
    assert index_codes(np.array(["1,9", "9", "1"]), ["1", "2"]).tolist() == [-1, -1, 0]
