"""Claims about CVAT for images 1.1: shapes, tags, attributes, and XML that is no label."""

import pytest

from etl.labels.sources.exports import recipe_for, said
from hnp_etl.errors import FileError
from hnp_etl.labels.sources import cvat
from hnp_etl.limits import Limits
from hnp_shared.vocabulary import Reason

RECIPE = recipe_for("cvat")
BOX = '<box label="{}" source="manual" occluded="0" xtl="1.5" ytl="2" xbr="3" ybr="4" z_order="0">'
GRADE = '<attribute name="grade">{}</attribute>'


def export(*images: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    meta = "<meta><task><id>3</id><labels><label><name>L4-5</name></label></labels></task></meta>"
    return f"{head}\n<annotations><version>1.1</version>{meta}{''.join(images)}</annotations>"


def image(name: str, *marks: str) -> str:
    return f'<image id="0" name="{name}" width="320" height="320">{"".join(marks)}</image>'


def box(label: str, *attributes: str) -> str:
    return BOX.format(label) + "".join(attributes) + "</box>"


def tag(label: str, *attributes: str) -> str:
    return f'<tag label="{label}" source="manual">{"".join(attributes)}</tag>'


def test_images_are_named_with_folders_and_say_what_their_marks_say() -> None:
    found = said(
        RECIPE,
        export(
            image("P01/004.png", box("L4-5", GRADE.format(3)), box("L4-5", GRADE.format("3"))),
            image("D:\\원본\\P02\\영상5.dcm", tag("L5-S1:1")),
            image("P03/006.png"),
        ),
    )
    assert found == {"P01/004.png": {"L4-5": "3"}, "D:/원본/P02/영상5": {"L5-S1": "1"}}


LEVEL = '<attribute name="level">{}</attribute>'
SKELETON = '<skeleton label="spine"><points label="1" points="1,2"></points></skeleton>'


@pytest.mark.parametrize(
    ("marks", "told"),
    [
        ((tag("L4-5"), tag("3")), {"L4-5": "3"}),
        ((tag("finding", LEVEL.format("L4/5"), GRADE.format(" 3 ")),), {"L4-5": "3"}),
        ((tag("L4-5", GRADE.format("3.0")), box("L4-5:3")), {"L4-5": "3"}),
        ((box("L4-5", GRADE.format(3)), SKELETON), {"L4-5": "3"}),
        ((box("L4-5", GRADE.format(3)), box("L4-5", GRADE.format(1))), Reason.FIELD_CONFLICT),
        ((tag("disc", LEVEL.format("L6-S1"), GRADE.format(3)),), Reason.BAD_VALUE),
        ((box("L4-5", GRADE.format("")),), {}),
    ],
)
def test_tags_and_attributes_tell_disc_and_code(marks: tuple[str, ...], told: object) -> None:
    assert said(RECIPE, export(image("a.png", *marks))) == {"a.png": told}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_a_file_is_read_in_the_encoding_that_it_is_in(encoding: str) -> None:
    head = '<?xml version="1.0" encoding="euc-kr"?>'
    found = said(RECIPE, export(image("영상.png", box("L4-5:3")), head=head).encode(encoding))
    assert found == {"영상.png": {"L4-5": "3"}}


LAUGHS = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'


@pytest.mark.parametrize(
    ("content", "reason", "told"),
    [
        (export(image("a"), head=LAUGHS), Reason.BAD_VALUE, "found a document type (DOCTYPE)"),
        ('<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>', Reason.BAD_VALUE, "found a doc"),
        ("<annotations><image name='a'>", Reason.BAD_VALUE, "no sound XML, line 1"),
        ("<annotations>&b;</annotations>", Reason.BAD_VALUE, "no sound XML, line 1"),
        ("<annotation><object/></annotation>", Reason.BAD_VALUE, "found XML of another form"),
        (export('<track id="0" label="L4-5"/>'), Reason.BAD_VALUE, "found tracks of a video"),
        ("<annotations>" + "<a>" * 65, Reason.TOO_DEEP, "XML nests deeper than 64"),
        ("<annotations>" + "<a/>" * 500_000, Reason.TOO_LARGE, "found 500,001 elements"),
        (b"\xff<a>", Reason.BAD_ENCODING, "neither UTF-8"),
    ],
)
def test_hostile_xml_costs_itself(content: str | bytes, reason: Reason, told: str) -> None:
    with pytest.raises(FileError) as error:
        cvat.read(content if isinstance(content, bytes) else content.encode(), Limits())
    assert error.value.reason is reason
    assert error.value.what.startswith(told)
