import json

from hnp_etl.labels.document import parse_label
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.survey.code_pattern import code_pattern
from hnp_etl.survey.key_guess import KeyGuesser
from hnp_etl.survey.label_draft import draft_label
from hnp_etl.survey.label_keys import KeyProfile, LabelKeys, profile_keys

LABEL = load_recipe("aihub-dld").label


def profile(*labels: object, hospital: str = "H01") -> LabelKeys:
    leaves = [(hospital, parse_label(json.dumps(label).encode())) for label in labels]
    return profile_keys(leaves, KeyGuesser(LABEL))


def key(keys: LabelKeys, *path: str) -> KeyProfile:
    return next(each for each in keys.keys if each.path == path)


def test_keys_are_counted_with_coverage_and_types() -> None:
    keys = profile({"Age": 61, "x": {"y": "a"}}, {"Age": "61세", "x": {}}, {"Age": None})
    age = key(keys, "Age")
    assert (age.labels, age.hospitals) == (3, {"H01": 1.0})
    assert age.types == {"missing": 1, "number": 1, "text": 1}
    assert key(keys, "x").types == {"object": 2}
    assert key(keys, "x", "y").hospitals == {"H01": 1 / 3}


def test_ages_are_shown_by_their_kind_only() -> None:
    values = key(
        profile({"Age": "063Y"}, {"Age": "60대"}, {"Age": 71}, {"Age": "Kim"}), "Age"
    ).values
    assert values == {"NNNY": 1, "NN대": 1, "NN": 1, "other text": 1}


def test_ages_in_words_are_shown_by_their_kind() -> None:
    values = key(profile({"Age": "만 63세"}, {"Age": "60s"}, {"Age": "1961-02-03"}), "Age").values
    assert values == {"만 NN세": 1, "NNs": 1, "other text": 1}


def test_a_number_is_one_code_however_it_is_written_and_booleans_are_codes() -> None:
    keys = profile({"L4-5": 3.0, "L3-4": True}, {"L4-5": "3", "L3-4": "FALSE"})
    assert key(keys, "L4-5").values == {"3": 2}
    assert key(keys, "L3-4").values == {"true": 1, "false": 1}


def test_codes_and_sex_are_shown_but_never_a_name_among_them() -> None:
    keys = profile({"L4-5": 3, "Sex": "F"}, {"L4-5": "1,3", "Sex": "김철수"}, {"L4-5": "Kim"})
    assert (key(keys, "L4-5").values, key(keys, "L4-5").hidden) == ({"1": 1, "3": 2}, 1)
    assert (key(keys, "Sex").values, key(keys, "Sex").hidden) == ({"F": 1}, 1)


def test_values_of_identifying_keys_are_never_shown_however_few_they_are() -> None:
    names = (
        "Patient_ID",
        "reader",
        "판독의",
        "file_name",
        "StudyDate",
        "hospital",
        "comment",
        "room_no",
    )
    keys = profile(*[dict.fromkeys(names, 1)] * 9)
    assert all(not each.values for each in keys.keys)
    assert len(keys.keys) == len(names)


def test_values_of_other_keys_are_shown_when_small_numbers_or_known_words() -> None:
    keys = profile({"side": "left", "who": "Hong", "grade": 2, "count": 1234})
    shown = {each.path[0]: dict(each.values) for each in keys.keys}
    assert shown == {"side": {"left": 1}, "who": {}, "grade": {"2": 1}, "count": {}}


def test_a_key_with_many_values_gets_no_histogram() -> None:
    keys = profile(*({"score": n} for n in range(60)))
    assert (key(keys, "score").values, key(keys, "score").hidden) == ({}, 60)


def test_tables_keyed_by_something_are_counted_not_shown() -> None:
    keys = profile({f"person {n}": {"Age": 1, "x": 2} for n in range(60)})
    assert (keys.keys, keys.rare) == ((), 180)


def test_keys_below_a_key_of_few_labels_are_not_shown() -> None:
    labels: list[object] = [{"disc": {"L4-5": 3}, "Age": 60} for _ in range(40)]
    keys = profile(*labels, {"Hong": {"Age": 61, "L1-2": 3}, "L1-2": 3, "Kim": 4})
    shown = {each.path for each in keys.keys}
    assert shown == {("disc",), ("disc", "L4-5"), ("Age",), ("L1-2",)}


def test_the_number_of_keys_is_bounded() -> None:
    keys = profile(*({f"k{n}{m}x": 1 for m in range(100)} for n in range(1000, 1200)))
    assert (keys.keys, keys.rare) == ((), 20_000)


def test_two_keys_of_one_field_that_disagree_are_not_both_taken() -> None:
    labels = [{"Patient_ID": "P1", "ID": number, "pid": "P1"} for number in range(5)]
    drafted = draft_label(profile(*labels), LABEL)
    assert drafted.label.fields["patient"] == ("Patient_ID", "pid")
    assert drafted.refused == {("ID",): 5}


def test_units_are_guessed_by_size_and_name() -> None:
    for value, name, expected in (
        (14.2, "Spinal_Canal", ("width", "mm")),
        (1.42, "Spinal_Canal", ("width", "cm")),
        ("1.42cm", "Spinal_Canal", ("width", "cm")),
        (180, "Spinal_Canal", ("area", "mm2")),
        (2.1, "canal_area", ("area", "cm2")),
    ):
        canal = draft_label(profile({name: value}), LABEL).label.canal
        assert (canal.quantity, canal.unit) == expected


def test_codes_are_those_that_were_found() -> None:
    one = draft_label(profile({"L4-5": 3}), LABEL)
    assert (one.label.codes, set(one.unmet)) == (LABEL.codes, {"1", "2", "4", "5", "6"})
    from_zero = draft_label(profile(*({"L4-5": code} for code in (0, 1, 2))), LABEL)
    assert dict(code_pattern({}, from_zero.label.codes).meanings) == {
        "0": "normal",
        "1": "patient",
        "2": "patient",
    }
    letters = draft_label(profile({"L4-5": "B", "L3-4": "b", "L1-2": "Kim"}), LABEL)
    assert (letters.label.codes, letters.hidden_codes) == ({"B": "patient"}, 1)


def test_sex_numbers_get_a_map_to_check() -> None:
    drafted = draft_label(profile({"Sex": 1}, {"Sex": 2}, {"Sex": "F"}), LABEL)
    assert drafted.label.sex_values == {"1": "M", "2": "F"}
    assert "sex_values" in drafted.checks
