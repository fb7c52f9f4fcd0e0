"""A file of corrections: what readers and spreadsheets make of it, it is read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hnp_shared.corrections import COLUMNS, AppliedFile, defused, parse_corrections, restored
from hnp_shared.errors import InputError

ONE = "0123456789abcdef" * 2
HEAD = ",".join(COLUMNS)


def rows(text: str, encoding: str = "utf-8") -> list[tuple[str, ...]]:
    found = parse_corrections(text.encode(encoding), role="the corrections")
    return [(each.slice_id, each.field, each.old, each.new, each.note) for each in found]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30))
def test_a_remark_comes_back_as_it_was_written_and_no_spreadsheet_computes_it(text: str) -> None:
    remark = text.strip()
    cell = defused(remark)
    assert restored(cell) == remark
    assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠") or not cell.strip()
    file = io.StringIO()
    csv.writer(file).writerows([COLUMNS, (ONE, "level", "L4-5", "L4-5", "AB", cell)])
    assert rows(file.getvalue()) == [(ONE, "level", "L4-5", "L4-5", remark)]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\r\n{ONE},level,L4-5,L5-S1,AB,note\r\n",
        f"\ufeff{HEAD}\n{ONE},level,L4-5,L5-S1,AB,note\n",
        f"{HEAD}\n{ONE},level,L4-5,L5-S1,AB,note\n".replace(",", ";"),
        f"# by AB\nfield,old,new,reader,note,slice_id\nlevel,L4-5,L5-S1,AB,note,{ONE}\n",
        f"{HEAD},time\n{ONE},level,L4-5,L5-S1,AB,note,12:00\n",
    ],
)
def test_spreadsheets_and_orders_of_columns_do_not_matter(text: str) -> None:
    assert rows(text) == [(ONE, "level", "L4-5", "L5-S1", "note")]


def test_a_note_may_lack_and_who_cannot_tell_says_so_in_it() -> None:
    head = HEAD.removesuffix(",note")
    (plain,) = parse_corrections(f"{head}\n{ONE},age,,,AB\n".encode(), role="f")
    (unsure,) = parse_corrections(f"{HEAD}\n{ONE},age,1,,AB,Cannot tell\n".encode(), role="f")
    assert (plain.note, plain.cannot_tell, unsure.cannot_tell) == ("", False, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line of columns"),
        (f"slice,{HEAD}\n", "has 1 column more than slice_id,field,old,new,reader,note and time"),
        ("slice_id,field,new\n", "has no column old and reader, expected"),
        ("kim,lee\n", "no line of columns"),
        (f"{HEAD}\nP001,level,,,AB\n", "line 2: slice_id is none"),
        (f"{HEAD}\n{ONE},patient_id,,,AB\n", "line 2: found another field"),
        (f"{HEAD}\n{ONE},age,1,2,AB,a,b\n", "line 2: found 7 cells"),
    ],
)
def test_what_is_no_correction_is_refused_by_its_line_and_not_quoted(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        rows(text)
    assert "P001" not in str(refused.value)


def test_what_dataset_json_says_of_a_file_is_read_back_and_damage_refused() -> None:
    told = {"sha256": "ab", "adjudicates": True}
    counts = {"changed": 1, "confirmed": 2, "cannot_tell": 3, "gone": 4}
    assert AppliedFile.parse({**told, **counts}) == AppliedFile("ab", True, 1, 2, 3, 4)
    with pytest.raises(ValueError, match="counts"):
        AppliedFile.parse({**told, **counts, "gone": "4"})
