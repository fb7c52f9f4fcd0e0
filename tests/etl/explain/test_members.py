"""Members of archives are explained as a build decides on them, however their paths are written."""

from pathlib import Path

import pytest

from etl.archived import files_in, settle, zipped
from etl.trees import Slice, write_slice
from hnp_etl.explain import explain_files, refusal_of
from hnp_etl.recipes.loading import load_recipe
from hnp_shared.errors import InputError
from hnp_shared.vocabulary import Reason, State

RECIPE = load_recipe("aihub-dld")


@pytest.fixture
def src(tmp_path: Path) -> Path:
    write_slice(tmp_path / "content", Slice("P000", 1))
    content = files_in(tmp_path / "content")
    src = tmp_path / "src"
    src.mkdir()
    (src / "TS.zip").write_bytes(zipped({"inner.zip": zipped(content)}))
    (src / "cut.zip").write_bytes(zipped(content)[:-40])
    for path in src.iterdir():
        settle(path)
    return src


@pytest.mark.parametrize("way", ["TS.zip/inner.zip", "TS/inner", "TS.zip/inner", "TS/inner.zip"])
@pytest.mark.parametrize("given", [True, False], ids=["with --src", "without"])
def test_a_path_leads_through_archives_or_is_as_unpacked(
    way: str, given: bool, src: Path, tmp_path: Path
) -> None:
    name = next(name for name in files_in(tmp_path / "content") if name.endswith(".dcm"))
    sources = (src,) if given else ()
    (found,) = explain_files([str(src / way / name)], sources, RECIPE)
    assert (found.state, found.level) == (State.ACCEPTED, 3)
    assert (found.label or "").startswith(str(src / "TS" / "inner"))


def test_an_archive_is_explained_itself(src: Path) -> None:
    whole, cut = explain_files([str(src / "TS.zip"), str(src / "cut.zip")], (src,), RECIPE)
    assert (whole.state, whole.would_pass_if) == (State.USED, None)
    assert (cut.reason, cut.would_pass_if, cut.to_do) == (
        Reason.TRUNCATED,
        "it could be read",
        "copy them anew, with all parts",
    )


def test_what_no_archive_holds_is_found_nowhere(src: Path) -> None:
    with pytest.raises(InputError, match="no build would meet"):
        explain_files([str(src / "TS.zip" / "inner" / "none.dcm")], (src,), RECIPE)
    assert "found nothing" in (refusal_of(str(src / "other" / "a.dcm"), (src,)) or "")
