"""Equal pictures of one patient."""

from hnp_etl.copies import Picture, settle_copies
from hnp_shared.vocabulary import Reason


def picture(
    path: str, sha256: str = "a", patient: str = "P", finding: tuple[int, str] = (3, "3")
) -> Picture:
    return Picture(patient, path.encode(), sha256, finding)


def test_the_first_path_by_bytes_stays() -> None:
    found = settle_copies([picture("가"), picture("b"), picture("a"), picture("c", "other")])
    assert found == [Reason.DUPLICATE, Reason.DUPLICATE, None, None]


def test_copies_with_different_findings_are_all_rejected() -> None:
    pictures = [picture("a"), picture("b", finding=(3, "4")), picture("c")]
    assert settle_copies(pictures) == [Reason.LABEL_REJECTED] * 3
    pictures = [picture("a"), picture("b", finding=(2, "3"))]
    assert settle_copies(pictures) == [Reason.LABEL_REJECTED] * 2


def test_another_patients_picture_is_no_copy() -> None:
    assert settle_copies([picture("a"), picture("b", patient="Q")]) == [None, None]
