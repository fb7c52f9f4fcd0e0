"""A hospital's table as lines with a key, however it was saved."""

import pytest

from hnp_etl.further.table import Asked, KeyedLine, keyed_lines
from hnp_etl.further.wanted import Wanted
from hnp_etl.labels.sources.table import read_table
from hnp_etl.limits import LIMITS
from hnp_shared.errors import InputError

ASKED = Asked(["환자번호", "PatientID"], [Wanted.parse("체중=weight")])
KOREAN = "환자번호,이름,체중\n007,홍길동,63.4\n1001,이몽룡,70\n"


def lines_of(content: bytes, asked: Asked = ASKED) -> list[KeyedLine]:
    return keyed_lines(read_table(content, LIMITS), asked)


@pytest.mark.parametrize(
    "content",
    [
        KOREAN.encode(),
        KOREAN.encode("utf-8-sig"),
        KOREAN.encode("cp949"),
        KOREAN.encode("utf-16"),
        KOREAN.replace(",", ";").replace(".", ",").encode("cp949"),
        KOREAN.replace(",", "\t").encode(),
        ("2024 외래\n\n" + KOREAN).encode(),
        KOREAN.replace("1001", "1001.0").replace("체중", " 체중 ").encode(),
        KOREAN.replace("007", "００７").encode(),
        KOREAN.replace("70", "70,,").encode(),
    ],
    ids=["utf8", "bom", "cp949", "utf16", "semicolon", "tab", "title", "float", "wide", "padded"],
)
def test_lines_are_the_same_however_saved(content: bytes) -> None:
    found = [(line.key, *line.cells) for line in lines_of(content)]
    assert found == [("007", "63.4"), ("1001", "70")]


def test_a_line_without_a_key_has_none() -> None:
    content = "환자번호,체중\n,63\nNA,64\n#N/A,65\n"
    assert [line.key for line in lines_of(content.encode())] == [None] * 3


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("환자번호,키\n1,2\n", "the table has columns 환자번호, 키, expected also 체중"),
        ("번호,체중\n1,2\n", r"expected also one for the key \(환자번호 or PatientID; or give"),
        ("a,b\n1,2\n", "found no header in the table"),
        ("환자번호,체중,체중\n1,2,3\n", "names 체중 twice"),
        ("환자번호,PatientID,체중\n1,1,2\n", "--key-column NAME says which"),
        ("환자번호,체중\n1,2,3\n", "line 2: found 3 values under a header of 2 columns"),
        ('환자번호,체중\n1,2\n2,"3\n4,5\n', "line 3: found 1 values under a header of 2"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_in_one_line(content: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        lines_of(content.encode())
    assert "\n" not in str(caught.value)


def test_what_a_header_says_of_people_is_not_repeated() -> None:
    with pytest.raises(InputError) as caught:
        lines_of("환자번호,880101-1234567\n1,2\n".encode())
    assert "880101" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "=", "Weight (kg)", "a=b c", "a=1b", "a=" + "b" * 41])
def test_a_name_that_no_command_line_can_take_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected HEADER or HEADER=name"):
        Wanted.parse(text)
