import pytest

from hnp_etl.state.counts import UnpairedFile
from hnp_etl.survey.names import compare_names
from hnp_shared.vocabulary import Kind

HERE = ("H01", "C004", "training")


def difference(
    image: str, label: str, *, scope: tuple[str, str, str] = HERE, images: int = 1
) -> str:
    loose = [UnpairedFile(number, Kind.IMAGE, HERE, image) for number in range(images)]
    found = compare_names([*loose, UnpairedFile(9, Kind.LABEL, scope, label)])
    assert (found.images, found.labels) == (images, 1)
    ((told, count),) = found.differences.items()
    assert count == 1
    return told


@pytest.mark.parametrize(
    ("image", "label", "told"),
    [
        ("IMG_1", "img_1", "upper and lower case"),
        ("a-1_2", "a_1-2", "separators (`_`, `-`, `.` or blanks)"),
        ("a_01_2", "a_1_002", "leading zeros"),
        ("a_1", "a_1.dcm", "several labels of one name"),
        ("a_1", "a_1_label", "the label's name has `label` at its end more"),
        ("IMG1.001", "img1_ann", "the label's name has `ann` at its end more"),
        ("a_1_t2", "a_1", "the image's name has `t2` at its end more"),
        ("1_2", "Hong_1_2", "the label's name has a word of 4 characters in front more"),
        ("1_2", "1_2_900101", "the label's name has a number of 6 characters at its end more"),
        ("a_1", "b_2", "no image of a similar name"),
        ("1.2.840.7", "1.2.840", "the image's name has a number of 1 characters at its end more"),
    ],
)
def test_the_difference_is_told_without_the_name(image: str, label: str, told: str) -> None:
    assert difference(image, label) == told


def test_equal_names_elsewhere_say_where() -> None:
    elsewhere = ("H01", "C004", "validation")
    assert difference("a", "a", scope=elsewhere) == "same name, but in another partition"
    other = ("H02", "C004", "training")
    assert difference("a", "a", scope=other) == "same name, but under another hospital or procedure"
    assert difference("a", "a", images=2) == "several images of the same name"
