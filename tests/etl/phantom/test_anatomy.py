from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hnp_etl.phantom.anatomy import draw, signal
from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.geometry import Grid, axial_plane, spine_of
from hnp_etl.phantom.people import Patient, make_patients
from hnp_etl.phantom.seeds import generator
from hnp_etl.phantom.shapes import TissueMap
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


def slice_at(patient: Patient, station: float = 3.0) -> TissueMap:
    plane = axial_plane(spine_of(patient), station, 0.0, np.array([0.0, 16.0]))
    return draw(patient, AxialCut(station), plane, GRID, generator(0, "test"))


def where(tissues: TissueMap, tissue: Tissue) -> npt.NDArray[np.bool_]:
    indexes = [at for at, each in enumerate(tissues.palette) if each.tissue is tissue]
    return np.isin(tissues.materials, indexes)


def test_a_herniation_takes_its_room_from_the_sac() -> None:
    areas = [where(slice_at(patient_with(mm)), Tissue.FLUID).sum() for mm in (0.0, 4.0, 8.0)]
    assert areas[0] > 1.1 * areas[1] > 1.3 * areas[2]


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
    image = signal(tissues, GRID, times_ms, generator(1, "texture"))
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
