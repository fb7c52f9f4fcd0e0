"""What is told of a file is what the build's ledger says of it."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from etl.builds.test_corpus import CORPUS, arrange, corpus_rows
from etl.trees import IMAGES, KEY, LABELS, Slice, hard_tree, sound_tree, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.explain import Explanation, explain_files, refusal_of
from hnp_etl.phantom import PhantomConfig, TreeLayout, write_phantom
from hnp_etl.phantom.layouts import FOREIGN
from hnp_etl.private.pseudonyms import pseudonym
from hnp_etl.reading.read import FileFacts, Ref, read_batch
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.errors import InputError
from hnp_shared.vocabulary import Reason, State

RECIPE = load_recipe("aihub-dld")


def files_below(root: Path) -> list[str]:
    return sorted(
        os.path.join(folder, name)  # noqa: PTH118  # links count as files
        for folder, _, names in os.walk(root)
        for name in names
    )


def ledger_of(root: Path, work: Path, recipe: Recipe = RECIPE) -> dict[str, tuple[str, str | None]]:
    """Build ``root``; return its files with state and reason."""
    work.mkdir()
    (work / "key").write_bytes(KEY)
    config = BuildConfig((root,), work / "out", work / "private", recipe, work / "key")
    build(config, executor=SerialExecutor())
    rows = pd.read_parquet(work / "out" / "ledger.parquet").set_index("file_id")
    found = {}
    for path in files_below(root):
        row = rows.loc[pseudonym(KEY, "file", f"{root.name}/{os.path.relpath(path, root)}")]
        found[path] = (str(row.state), row.reason if isinstance(row.reason, str) else None)
    return found


def explained(
    root: Path, recipe: Recipe = RECIPE, src: tuple[Path, ...] = ()
) -> dict[str, tuple[str, str | None]]:
    paths = files_below(root)
    found = explain_files(paths, src, recipe)
    assert [each.path for each in found] == paths
    return {each.path: (each.state, each.reason) for each in found}


def one(path: Path, src: tuple[Path, ...] = (), recipe: Recipe = RECIPE) -> Explanation:
    (found,) = explain_files([str(path)], src, recipe)
    return found


@pytest.mark.parametrize("layout", sorted(set(TreeLayout) - FOREIGN))
def test_every_file_of_a_phantom_is_told_as_in_the_ledger(
    layout: TreeLayout, tmp_path: Path
) -> None:
    root = tmp_path / "hospitals"
    write_phantom(PhantomConfig(root, patients=2, seed=5, layout=layout))
    everything = RECIPE.layout.model_copy(update={"procedures": ()})  # some layouts name none
    recipe = RECIPE.model_copy(update={"layout": everything})
    assert explained(root, recipe) == ledger_of(root, tmp_path / "work", recipe)


def test_every_kind_of_trouble_is_told_as_in_the_ledger(tmp_path: Path) -> None:
    root = tmp_path / "src"
    hard_tree(root)
    truth = ledger_of(root, tmp_path / "work")
    assert explained(root, src=(root,)) == truth
    reasons = {reason for _, reason in truth.values()}
    assert {Reason.DUPLICATE, Reason.LABEL_REJECTED, Reason.DECODE_FAILED} < reasons


def test_a_file_alone_is_told_as_among_all_others(tmp_path: Path) -> None:
    root = tmp_path / "src"
    truth = ledger_of(root, tmp_path / "work") if hard_tree(root) else {}
    for path, (state, reason) in truth.items():
        if reason != Reason.NOT_PROCEDURE:
            alone = one(Path(path))
            assert (alone.state, alone.reason) == (state, reason), path


def test_every_file_of_the_corpus_is_told_as_in_the_ledger(tmp_path: Path) -> None:
    if not (CORPUS / "corpus.csv").is_file():
        pytest.skip("the corpus of real files is not beside the project")
    root = tmp_path / "src"
    root.mkdir()
    arrange(root, corpus_rows())
    assert explained(root) == ledger_of(root, tmp_path / "work")


@pytest.mark.parametrize("stated", ["SOP_Instance_UID", "file_name"])
def test_a_label_found_by_what_it_says_is_told(stated: str, tmp_path: Path) -> None:
    root = tmp_path / "src"
    sound_tree(root, patients=1)
    image, label = write_slice(root, Slice("P009", 1), SOPInstanceUID="1.2.3.4.5")
    value = "1.2.3.4.5" if stated == "SOP_Instance_UID" else f"{image.stem}.dcm"
    moved = root / LABELS / "H01" / "C004" / "loose.json"
    text = (root / label).read_text(encoding="utf-8")
    moved.write_text(text.replace("{", f'{{"{stated}": "{value}", ', 1), encoding="utf-8")
    (root / label).unlink()
    assert one(root / image).label == str(moved)
    assert explained(root) == ledger_of(root, tmp_path / "work")


def test_corrections_and_collisions_are_told_as_in_the_ledger(tmp_path: Path) -> None:
    root = tmp_path / "src"
    sound_tree(root, patients=1)
    image = root / IMAGES / "H01" / "C004" / "P000_001.dcm"
    patched = root / "1.Training_add" / image.relative_to(root / "1.Training")
    patched.parent.mkdir(parents=True)
    patched.write_bytes(image.read_bytes())
    for form in ("가.dcm", "\u1100\u1161.dcm"):
        (image.parent / form).write_bytes(image.read_bytes())
    found = explained(root)
    assert found[str(image)] == (State.FILTERED, Reason.SUPERSEDED)
    assert found[str(patched)] == (State.ACCEPTED, None)
    assert found[str(image.parent / "가.dcm")] == (State.REJECTED, Reason.NAME_COLLISION)


def test_plane_and_weighting_are_told_whatever_the_reason(tmp_path: Path) -> None:
    image, _ = write_slice(tmp_path / "src", Slice("P000", 1))
    elsewhere = tmp_path / "nowhere" / "x.dcm"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((tmp_path / "src" / image).read_bytes())
    told = one(elsewhere)
    assert told.reason is Reason.NOT_PROCEDURE
    assert (told.plane.value, told.weighting.value) == ("axial", "T2")
    assert "C004" in (told.would_pass_if or "")


def test_an_accepted_file_needs_nothing(tmp_path: Path) -> None:
    root = tmp_path / "src"
    image, label = write_slice(root, Slice("P000", 1))
    told = one(root / image)
    assert (told.state, told.reason, told.would_pass_if) == (State.ACCEPTED, None, None)
    assert (told.level, told.label) == (3, str(root / label))


def test_a_relative_file_has_a_relative_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, label = write_slice(tmp_path / "src", Slice("P000", 1))
    monkeypatch.chdir(tmp_path / "src")
    told = one(image)
    assert (told.path, told.label) == (str(image), str(label))


def test_a_file_reached_through_a_link_is_found(tmp_path: Path) -> None:
    image, _ = write_slice(tmp_path / "src", Slice("P000", 1))
    (tmp_path / "alias").symlink_to(tmp_path / "src")
    assert one(tmp_path / "alias" / image, (tmp_path / "src",)).state is State.ACCEPTED
    assert one(tmp_path / "src" / image, (tmp_path / "alias",)).state is State.ACCEPTED


def test_a_filtered_file_costs_no_look_at_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "src"
    sound_tree(root)
    image, label = write_slice(root, Slice("P009", 1), EchoTime="10", RepetitionTime="500")
    opened: list[bytes] = []

    def noted(refs: Sequence[Ref], recipe: Recipe) -> list[FileFacts]:
        opened.extend(ref.file.raw for ref in refs)
        return read_batch(refs, recipe)

    monkeypatch.setattr("hnp_etl.explain.run.read_batch", noted)
    assert one(root / image).reason is Reason.NOT_T2
    assert opened == [os.fsencode(root / image), os.fsencode(root / label)]


@pytest.mark.parametrize(
    ("name", "src", "line"),
    [
        ("missing.dcm", "", "found nothing"),
        ("folder", "", "found a folder"),
        ("file.dcm", "folder", "below none of --src"),
    ],
)
def test_what_is_no_file_of_the_tree_is_refused(
    name: str, src: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.dcm").touch()
    sources = (tmp_path / src,) if src else ()
    with pytest.raises(InputError, match=line):
        one(tmp_path / name, sources)


def test_no_value_that_could_name_anybody_is_told(tmp_path: Path) -> None:
    marks = ["MARKERNAME", "MARKERID", "MARKERTEXT"]
    image, label = write_slice(
        tmp_path / "src",
        Slice("P000", 1),
        PatientName=marks[0],
        PatientID=marks[1],
        StudyDescription=marks[2],
        SeriesDescription=f"{marks[2]} t2_tse_tra",
        ScanningSequence=marks[2],
        ProtocolName=marks[2],
    )
    for path in (image, label):
        assert not [mark for mark in marks if mark in repr(one(tmp_path / "src" / path))]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('{"a": 1,\n "b": }', "; found: no valid JSON, line 2, column 7: Expecting value"),
        ('{"a": 1, "a": 2}', "; found: one object has a key twice"),
        ("[" * 70 + "]" * 70, "; found: JSON nests deeper than 64"),
        ("[1, 2]", "; found: a list of length 2, expected an object or a list of one object"),
    ],
)
def test_what_the_reader_found_in_a_label_is_told_of_it_and_of_its_image(
    content: str, found: str, tmp_path: Path
) -> None:
    image, label = write_slice(tmp_path / "src", Slice("P009", 1))
    (tmp_path / "src" / label).write_text(content, encoding="utf-8")
    told = one(tmp_path / "src" / label)
    assert told.would_pass_if is not None
    assert told.would_pass_if.endswith(found)
    whole = one(tmp_path / "src" / image)
    assert whole.reason == Reason.LABEL_REJECTED
    assert whole.would_pass_if is not None
    assert whole.would_pass_if.endswith(f"{found})")


def test_what_the_reader_found_in_an_image_is_told(tmp_path: Path) -> None:
    image, _ = write_slice(tmp_path / "src", Slice("P009", 1))
    path = tmp_path / "src" / image
    path.write_bytes(path.read_bytes()[:400])
    told = one(path)
    assert told.reason == Reason.BAD_HEADER
    assert told.would_pass_if is not None
    assert re.search("; found: (the file ends|an element is longer)", told.would_pass_if)


def test_what_the_decoder_found_is_told(tmp_path: Path) -> None:
    root = tmp_path / "src"
    hard_tree(root)
    found = {
        each.reason: each.would_pass_if
        for each in explain_files(files_below(root), (root,), RECIPE)
    }
    assert "; found: the decoder refused the frame" in (found[Reason.DECODE_FAILED] or "")


def test_a_missing_file_costs_itself_only(tmp_path: Path) -> None:
    image, _ = write_slice(tmp_path / "src", Slice("P009", 1))
    assert refusal_of(str(tmp_path / "src" / image), ()) is None
    assert refusal_of(str(tmp_path / "gone.dcm"), ()) is not None
