"""Phantoms whose labels are no file an image: what is built of them is the truth."""

from pathlib import Path

import pandas as pd
import pydicom
import pytest

from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor, open_executor
from hnp_etl.phantom import Labels, PhantomConfig, TreeLayout, write_phantom
from hnp_etl.phantom.truth import truth_path_of
from hnp_etl.private.linkage import read_linkage
from hnp_etl.recipes.loading import load_recipe
from hnp_etl.recipes.recipe import Recipe
from hnp_shared.dataset import open_dataset

GENERIC, RSNA = load_recipe("generic"), load_recipe("rsna-2024")
SMALL = 48


def generic(source: str, **table: str) -> Recipe:
    told = GENERIC.label.table.model_copy(update=table)
    label = GENERIC.label.model_copy(update={"source": source, "table": told})
    return GENERIC.model_copy(update={"label": label})


def built(root: Path, recipe: Recipe, name: str = "out", workers: int = 1) -> pd.DataFrame:
    """Build ``root``; return its manifest with the path of each slice below the tree."""
    work = root.parent
    (work / "key").write_bytes(KEY)
    private = work / f"{name}.private"
    config = BuildConfig((root,), work / name, private, recipe, work / "key")
    with open_executor(workers) if workers > 1 else SerialExecutor() as executor:
        build(config, executor=executor)
    table: pd.DataFrame = open_dataset(config.out).manifest_table().to_pandas()
    paths = {link.slice_id: link.path.partition("/")[2] for link in read_linkage(private)}
    return table.assign(path=table.slice_id.map(paths)).set_index("path").sort_index()


def truth(root: Path) -> pd.DataFrame:
    return pd.read_csv(truth_path_of(root)).set_index("path").sort_index()


@pytest.mark.parametrize(
    ("layout", "handed", "recipe"),
    [
        (TreeLayout.AIHUB, Labels.TABLE, generic("table", key="path")),
        (TreeLayout.BARE, Labels.TABLE, generic("table", key="path")),
        (TreeLayout.AIHUB, Labels.STUDY_JSON, generic("study-json")),
        (TreeLayout.BARE, Labels.STUDY_JSON, generic("study-json")),
        (TreeLayout.RSNA, Labels.JSON, RSNA),
    ],
    ids=["table", "bare-table", "study-json", "bare-study-json", "rsna"],
)
def test_a_build_gives_the_truth(
    tmp_path: Path, layout: TreeLayout, handed: Labels, recipe: Recipe
) -> None:
    root = tmp_path / "tree"
    report = write_phantom(PhantomConfig(root, 2, 5, layout, matrix=SMALL, handed=handed))
    found, true = built(root, recipe), truth(root)
    assert list(found.index) == list(true.index)
    assert found.level_name.tolist() == true.level.tolist()
    assert found.is_patient.tolist() == true.is_patient.astype(bool).tolist()
    assert len(found) == len(report.truth) == 20
    if layout is not TreeLayout.RSNA:
        assert found.age.tolist() == true.age.tolist()
        assert found.canal_width_mm.to_numpy() == pytest.approx(true.canal_width_mm.to_numpy())


@pytest.fixture(scope="module")
def rsna(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("rsna") / "tree"
    write_phantom(PhantomConfig(root, 2, 5, TreeLayout.RSNA, matrix=SMALL))
    return root


def test_an_rsna_tree_holds_the_traps_of_the_set(rsna: Path) -> None:
    headers = {path: pydicom.dcmread(path) for path in sorted(rsna.rglob("*.dcm"))}
    first = [each for path, each in headers.items() if path.parts[-3] == "4003253"]
    uids = [str(each.SOPInstanceUID) for each in first]
    assert len(set(uids)) < len(uids)
    assert {each.get("SeriesDescription") for each in first} == {"T2"}
    assert not any(
        keyword in each
        for each in first
        for keyword in ("Modality", "SOPClassUID", "EchoTime", "Manufacturer", "PatientID")
    )
    assert {each.file_meta.TransferSyntaxUID.name for each in first} == {"RLE Lossless"}
    names = [path.name for path in headers]
    assert len(set(names)) < len(names)
    axial = [path for path in headers if path.parts[-2].endswith("04")][:14]
    by_name = sorted(axial, key=lambda path: int(path.stem))
    heights = [float(headers[path].ImagePositionPatient[2]) for path in by_name]
    assert heights != sorted(heights)
    assert heights != sorted(heights, reverse=True)


def test_an_rsna_build_is_the_same_for_two_workers(rsna: Path) -> None:
    one, two = built(rsna, RSNA, "one"), built(rsna, RSNA, "two", workers=2)
    pd.testing.assert_frame_equal(one, two)
    assert all("patient_from_study" in flags for flags in one["flags"])


def test_mendeley_has_images_without_labels(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    report = write_phantom(PhantomConfig(root, 1, 5, TreeLayout.MENDELEY, matrix=SMALL))
    assert report.labels == 0
    assert "25 images without labels of 1 patient" in report.summary()
    images = sorted(root.rglob("*"))
    assert {path.suffix for path in images if path.is_file()} == {".ima"}
    found, true = built(root, GENERIC.unlabelled()), truth(root)
    assert set(true.index) < set(found.index)  # slices of bodies between discs are taken too
    assert found.level.isna().all()


@pytest.mark.parametrize("handed", [Labels.TABLE, Labels.STUDY_JSON])
def test_the_same_options_give_the_same_bytes(tmp_path: Path, handed: Labels) -> None:
    def files(name: str) -> dict[str, bytes]:
        root = tmp_path / name
        write_phantom(PhantomConfig(root, 1, 3, matrix=SMALL, handed=handed))
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    assert files("a") == files("b")
