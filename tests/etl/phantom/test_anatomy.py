from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from hnp_etl.phantom.anatomy import Scene, lay_out, signal
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.geometry import Grid, axial_plane, spine_of
from hnp_etl.phantom.measures import measure
from hnp_etl.phantom.people import Patient, make_patients
from hnp_etl.phantom.seeds import Chance, generator
from hnp_etl.phantom.shapes import Part, TissueMap
from hnp_etl.phantom.texture import texture
from hnp_etl.phantom.tissues import Tissue

GRID = Grid(rows=256, columns=256, pixel_mm=0.78)
T2_MS = (100.0, 3500.0)
T1_MS = (12.0, 550.0)


def patient_with(bulge_mm: float, left_mm: float = 0.0) -> Patient:
    patient = next(make_patients(2, 1))
    disc = replace(
        patient.discs[3],
        bulge_mm=bulge_mm,
        bulge_left_mm=left_mm,
        broad_bulge_mm=0.0,
        degeneration=0.2,
    )
    discs = (*patient.discs[:3], disc, *patient.discs[4:])
    return replace(patient, discs=discs, roll_deg=0.0)


def scene_at(patient: Patient, station: float = 3.0) -> Scene:
    plane = axial_plane(spine_of(patient), station, 0.0, np.array([0.0, 16.0]))
    chance = Chance(generator(0, "body"), generator(0, "here"))
    return lay_out(patient, AxialCut(station), plane, GRID, chance)


def slice_at(patient: Patient, station: float = 3.0) -> TissueMap:
    return scene_at(patient, station).tissues()


def where(tissues: TissueMap, tissue: Tissue) -> npt.NDArray[np.bool_]:
    indexes = [at for at, each in enumerate(tissues.palette) if each.tissue is tissue]
    return np.isin(tissues.materials, indexes)


def test_a_herniation_takes_its_room_from_the_sac() -> None:
    areas = [(scene_at(patient_with(mm)).parts() == Part.SAC).sum() for mm in (0.0, 5.0, 9.0)]
    assert areas[0] > 1.1 * areas[1] > 1.3 * areas[2]


def test_a_herniation_beside_the_canal_fills_the_foramen_and_spares_the_sac() -> None:
    sound, herniated = (scene_at(patient_with(mm, left_mm=16.0)) for mm in (0.0, 6.0))
    sac_areas = [(each.parts() == Part.SAC).sum() for each in (sound, herniated)]
    assert sac_areas[0] == sac_areas[1]
    lost = where(sound.tissues(), Tissue.FAT) & ~where(herniated.tissues(), Tissue.FAT)
    assert np.nonzero(lost)[1].mean() > GRID.columns / 2 + 10 / GRID.pixel_mm


def test_a_disc_that_bulges_as_a_whole_is_normal_and_dents_the_sac() -> None:
    flat = patient_with(0.0)
    disc = replace(flat.discs[3], broad_bulge_mm=4.0)
    broad = replace(flat, discs=(*flat.discs[:3], disc, flat.discs[4]))
    assert disc.code == 1
    assert measure(broad, AxialCut(3.0)).sac_indentation_mm > 1.0


@pytest.mark.parametrize("bulge_mm", [0.0, 3.0, 8.0])
def test_a_mask_has_the_area_that_is_measured(bulge_mm: float) -> None:
    patient = patient_with(bulge_mm)
    drawn_mm2 = (scene_at(patient).parts() == Part.SAC).sum() * GRID.pixel_mm**2
    assert drawn_mm2 == pytest.approx(measure(patient, AxialCut(3.0)).sac_area_mm2, rel=0.06)


def test_measures_grow_with_the_herniation() -> None:
    small, large = (measure(patient_with(mm), AxialCut(3.0)) for mm in (2.0, 7.0))
    assert large.displacement_mm - small.displacement_mm == pytest.approx(5.0, abs=0.6)
    assert large.sac_indentation_mm > small.sac_indentation_mm + 2.0
    assert large.sac_depth_mm < small.sac_depth_mm


def test_vessels_fork_below_the_fourth_body() -> None:
    above, below = (where(slice_at(patient_with(0.0), at), Tissue.VESSEL) for at in (2.5, 4.0))
    counts = [cv2.connectedComponents(each.astype(np.uint8))[0] - 1 for each in (above, below)]
    assert counts[0] == 2
    assert counts[1] >= 4


def test_the_grain_of_neighbouring_slices_is_shared() -> None:
    matrix = np.array([[1 / 0.78, 0, 128], [0, 1 / 0.78, 128]])
    one, other, elsewhere = (
        texture(matrix, GRID, generator(0, place), generator(0, image))
        for place, image in (("L3-4", "first"), ("L3-4", "second"), ("L4-5", "third"))
    )
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.7
    assert abs(np.corrcoef(one.ravel(), elsewhere.ravel())[0, 1]) < 0.1


@pytest.mark.parametrize(("left_mm", "side"), [(-7.0, -1), (7.0, 1)], ids=["right", "left"])
def test_a_herniation_lies_on_its_side(left_mm: float, side: int) -> None:
    sound, herniated = slice_at(patient_with(0.0)), slice_at(patient_with(7.0, left_mm))
    grown = where(herniated, Tissue.ANNULUS) & ~where(sound, Tissue.ANNULUS)
    behind = grown[GRID.rows // 2 - 10 :]
    assert side * (np.nonzero(behind)[1].mean() - GRID.columns / 2) > 3


def test_discs_and_bodies_take_turns() -> None:
    patient = patient_with(0.0)
    assert where(slice_at(patient, 3.0), Tissue.NUCLEUS).any()
    assert not where(slice_at(patient, 2.5), Tissue.NUCLEUS).any()


def mean_signal(tissues: TissueMap, times_ms: tuple[float, float], tissue: Tissue) -> float:
    smooth = np.zeros((GRID.rows, GRID.columns), np.float32)
    image = signal(tissues, smooth, GRID.pixel_mm, times_ms)
    return float(image[where(tissues, tissue)].mean())


def test_the_sac_is_bright_on_t2_and_dark_on_t1() -> None:
    tissues = slice_at(patient_with(0.0))
    assert mean_signal(tissues, T2_MS, Tissue.FLUID) > mean_signal(tissues, T2_MS, Tissue.NUCLEUS)
    assert mean_signal(tissues, T1_MS, Tissue.FLUID) < mean_signal(tissues, T1_MS, Tissue.NUCLEUS)
    assert mean_signal(tissues, T1_MS, Tissue.FAT) > mean_signal(tissues, T1_MS, Tissue.MUSCLE)


def test_a_degenerated_nucleus_is_dark() -> None:
    patient = patient_with(0.0)
    worn_disc = replace(patient.discs[3], degeneration=1.0)
    worn = replace(patient, discs=(*patient.discs[:3], worn_disc, patient.discs[4]))
    fresh_signal, worn_signal = (
        mean_signal(slice_at(each), T2_MS, Tissue.NUCLEUS) for each in (patient, worn)
    )
    assert worn_signal < 0.5 * fresh_signal
