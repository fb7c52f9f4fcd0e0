"""What slices along the spine show, pure: truth in, shapes out, in mm of the patient."""

from dataclasses import dataclass

import numpy as np

from hnp_etl.phantom.axial import nearest_disc
from hnp_etl.phantom.geometry import Spine, Vector, backward, upward
from hnp_etl.phantom.people import Patient
from hnp_etl.phantom.seeds import Chance
from hnp_etl.phantom.shapes import Shape, band, bone, oval, spin
from hnp_etl.phantom.tissues import Tissue
from hnp_etl.phantom.warp import bent

_DEPTH_MM, _HEIGHT_MM = 16.5, 12.6
"""Half of a vertebral body, front to back and up."""

_DISC_STATIONS = (-2, -1, 0, 1, 2, 3, 4, 5)
_BODY_STATIONS = (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5)
_CORD_END_STATION = -0.6
_ROOTS_WITHIN_MM = 6.0
_FAR_MM = 400.0

_WAIST = 0.1
"""By which share a vertebral body is narrower at half its height."""


@dataclass(frozen=True, slots=True)
class SagittalCut:
    """A slice with its normal along the left-right axis.

    Attributes:
        left_mm: from the midline of the spine.
    """

    left_mm: float


@dataclass(frozen=True, slots=True)
class CoronalCut:
    """A slice through the vertebral bodies with its normal along the front-back axis."""


def sagittal_shapes(
    patient: Patient, spine: Spine, cut: SagittalCut, chance: Chance
) -> list[Shape]:
    """Return what a sagittal slice shows, in the coordinates (posterior, superior)."""
    in_canal = abs(cut.left_mm) < 9.0
    shapes = [
        *_trunk(patient, spine, cut),
        *_belly(spine, chance),
        *(_canal(patient, spine, cut) if in_canal else _foramina(spine, patient.size)),
        *(_spinous(spine, patient.size) if abs(cut.left_mm) < 5.0 else ()),
        *(shape for at in _DISC_STATIONS for shape in _disc(patient, spine, at, cut)),
        *(shape for at in _BODY_STATIONS for shape in _body(patient, spine, at)),
    ]
    middle = spine.centre_mm(2.0)
    return bent(shapes, (float(middle[1]), float(middle[2])), chance.body)


def coronal_shapes(patient: Patient, spine: Spine) -> list[Shape]:
    """Return what a coronal slice shows, in the coordinates (left, superior)."""
    left_mm, _, level_mm = spine.centre_mm(2.0)
    size = patient.size
    sides: list[Shape] = []
    for side in (-1, 1):
        psoas = (left_mm + side * 48 * size, level_mm - 40)
        sides.append(oval(Tissue.MUSCLE, psoas, (17 * size, 110), turn_deg=-side * 8))
        sides.append(oval(Tissue.KIDNEY, (left_mm + side * 75, level_mm + 70), (26, 52)))
    middles = [spine.centre_mm(station) for station in _BODY_STATIONS]
    bodies = [
        shape
        for at in middles
        for shape in bone(
            oval(Tissue.CORTEX, (at[0], at[2]), (23 * size, 12.6 * size), squareness=5), 1.2
        )
    ]
    column = band(Tissue.ANNULUS, [(at[0], at[2]) for at in middles], 45 * size)
    trunk = oval(Tissue.FAT, (left_mm, level_mm), (150 + patient.fat_mm, _FAR_MM), squareness=4)
    belly = oval(Tissue.MUSCLE, (left_mm, level_mm), (145, _FAR_MM), squareness=4)
    inside = oval(Tissue.FAT, (left_mm, level_mm), (132, _FAR_MM), squareness=4)
    return [trunk, belly, inside, *sides, column, *bodies]


def _trunk(patient: Patient, spine: Spine, cut: SagittalCut) -> list[Shape]:
    """Return skin, fat, muscles and ligaments behind the spine, bowel and vessels before it."""
    back = _line(spine, 62.0 * patient.size)[spine.stations <= 3.0]
    smooth = np.column_stack([0.5 * (back[:, 0] + back[:, 0].mean()), back[:, 1]])
    behind = smooth + np.array([patient.fat_mm, 0.0])
    shapes = [
        _between(Tissue.SKIN, _far(behind + np.array([2.0, 0.0])), _far(behind, -_FAR_MM)),
        _between(Tissue.FAT, _far(behind), _far(behind, -_FAR_MM)),
    ]
    if abs(cut.left_mm) > 4.0:
        bed = _far(_line(spine, 20.0 * patient.size))
        shapes.append(_between(Tissue.MUSCLE, _far(smooth), bed, patient.muscle_fat))
    else:
        shapes.append(_between(Tissue.LIGAMENT, _far(smooth), _far(smooth, -2.0)))
    vessel = _line(spine, -28.0 * patient.size)[:11]
    return [*shapes, band(Tissue.MUSCLE, vessel, 14.0), band(Tissue.VESSEL, vessel, 12.0)]


def _belly(spine: Spine, chance: Chance) -> list[Shape]:
    """Return loops of bowel before the spine."""
    rng, shapes = chance.here, []
    front_mm, level_mm = spine.centre_mm(2.0)[1:] - (65.0, 0.0)
    for _ in range(40):
        at = (front_mm - rng.uniform(0, 110), level_mm + rng.uniform(-150, 150))
        radii = (rng.uniform(8, 16), rng.uniform(8, 20))
        turn_deg, filling = rng.uniform(0, 180), round(rng.random(), 1)
        inner = (radii[0] - 1.6, radii[1] - 1.6)
        shapes += [
            oval(Tissue.MUSCLE, at, radii, turn_deg=turn_deg),
            oval(Tissue.BOWEL, at, inner, turn_deg=turn_deg, wear=filling),
        ]
    return shapes


def _canal(patient: Patient, spine: Spine, cut: SagittalCut) -> list[Shape]:
    """Return fat, dura, fluid, cord and roots; the sac tapers to an end within the sacrum."""
    normals = _normals(spine)
    front = _line(spine, (_DEPTH_MM + 2.0) * patient.size)
    widths_mm = [nearest_disc(patient, station).canal_width_mm for station in spine.stations]
    taper = np.clip(1.0 - 0.35 * (spine.stations - 3.5), 0.0, 1.0)
    width_mm = (0.8 * np.array(widths_mm) * taper)[:, None]
    bony = front + normals * 0.95 * np.array(widths_mm)[:, None]
    inside = taper > 0
    front_edge, back_edge, normal = (
        front[inside],
        (front + normals * width_mm)[inside],
        normals[inside],
    )
    middle = (front_edge + back_edge) / 2
    roots = [
        band(Tissue.NERVE, (middle * (1 - share) + back_edge * share)[2:-1], 1.0)
        for share in (0.15, 0.45, 0.7)
    ]
    cord = band(Tissue.CORD, middle[spine.stations[inside] < _CORD_END_STATION], 6.5)
    return [
        _between(Tissue.FAT, front - normals, bony + normals),
        _between(Tissue.LIGAMENT, front_edge - normal * 0.6, back_edge + normal * 0.6),
        _between(Tissue.FLUID, front_edge, back_edge),
        *(roots if abs(cut.left_mm) < _ROOTS_WITHIN_MM else ()),
        cord,
    ]


def _foramina(spine: Spine, size: float) -> list[Shape]:
    """Return the chain of joints with a nerve in fat at each disc."""
    shapes = [band(Tissue.MARROW, _line(spine, 27.0 * size), 11.0 * size)]
    for station in _DISC_STATIONS:
        at = _place(spine, station, 22.0 * size, 2.0 * size)
        shapes.append(oval(Tissue.FAT, at, (7.0 * size, 9.0 * size)))
        shapes.append(oval(Tissue.NERVE, at + np.array([0.0, 2.5]), (2.6, 2.6)))
    return shapes


def _spinous(spine: Spine, size: float) -> list[Shape]:
    shapes: list[Shape] = []
    for station in _BODY_STATIONS[:-1]:
        at = _place(spine, station + 0.25, 50.0 * size, 0.0)
        turn_deg = spine.tilt_deg(station) + 12.0
        outline = oval(
            Tissue.CORTEX, at, (14.0 * size, 8.0 * size), turn_deg=turn_deg, squareness=3
        )
        shapes += bone(outline, 1.4)
    return shapes


def _disc(patient: Patient, spine: Spine, station: int, cut: SagittalCut) -> list[Shape]:
    disc = nearest_disc(patient, station)
    size = patient.size * (0.55 if station > 4 else 1.0)
    height_mm = (5.8 - 1.8 * disc.degeneration) * size
    turn_deg = spine.tilt_deg(station)
    at = _place(spine, station, 0.0, 0.0)
    radii = ((_DEPTH_MM + 0.8) * size, height_mm)
    shapes = [oval(Tissue.ANNULUS, at, radii, turn_deg=turn_deg, squareness=3.5)]
    if 0 <= station < len(patient.discs):
        off = (cut.left_mm - disc.bulge_left_mm) / disc.bulge_width_mm
        bulge_mm = disc.bulge_mm * np.exp(-(off**2) / 2)
        edge = _place(spine, station, _DEPTH_MM * size + bulge_mm / 2 - 1.0, 0.0)
        lump = (bulge_mm / 2 + 2.0, 0.8 * height_mm)
        shapes.append(oval(Tissue.ANNULUS, edge, lump, turn_deg=turn_deg))
    inner = (radii[0] * 0.65, radii[1] * 0.62)
    wear = disc.degeneration
    rim_radii = (inner[0] * 1.2, inner[1] * 1.2)
    rim = oval(Tissue.INNER_ANNULUS, at, rim_radii, turn_deg=turn_deg, squareness=3, wear=wear)
    core = oval(Tissue.NUCLEUS, at, inner, turn_deg=turn_deg, squareness=2.5, wear=wear)
    cleft = oval(Tissue.INNER_ANNULUS, at, (inner[0] * 0.7, 0.5), turn_deg=turn_deg, wear=wear)
    return [*shapes, rim, core, cleft]


def _body(patient: Patient, spine: Spine, station: float) -> list[Shape]:
    shrink = patient.size * (1.0 - 0.2 * max(station - 4.0, 0.0))
    at = _place(spine, station, 0.0, 0.0)
    turn_deg = spine.tilt_deg(station)
    radii = (_DEPTH_MM * shrink, _HEIGHT_MM * shrink)
    outline = oval(Tissue.CORTEX, (0.0, 0.0), radii, squareness=7)
    points = np.array(outline.points_mm)
    points[:, 0] *= 1.0 - _WAIST * (1.0 - (points[:, 1] / radii[1]) ** 2)
    body = Shape(Tissue.CORTEX, points @ spin(turn_deg) + at)
    middle = np.array([radii[0] * 0.72, 0.0]) @ spin(turn_deg) + at
    vein = oval(Tissue.FLUID, middle, (3.6, 0.9), turn_deg=turn_deg)
    return [*bone(body, 1.0), vein]


def _place(spine: Spine, station: float, back_mm: float, up_mm: float) -> Vector:
    """Return (posterior, superior) of a point beside a station."""
    tilt_deg = spine.tilt_deg(station)
    step = backward(tilt_deg) * back_mm + upward(tilt_deg) * up_mm
    return (spine.centre_mm(station) + step)[1:]


def _line(spine: Spine, back_mm: float) -> Vector:
    """Return the line that runs ``back_mm`` behind the spine, (station, 2)."""
    return spine.centres_mm[:, 1:] + _normals(spine) * back_mm


def _normals(spine: Spine) -> Vector:
    return np.stack([backward(float(tilt))[1:] for tilt in spine.tilts_deg])


def _far(line: Vector, shift_mm: float = 0.0) -> Vector:
    """Return the line continued upward and downward past any field of view."""
    up, aside = np.array([0.0, _FAR_MM]), np.array([shift_mm, 0.0])
    longer: Vector = np.concatenate([line[:1] + up, line, line[-1:] - up]) + aside
    return longer


def _between(tissue: Tissue, one: Vector, other: Vector, wear: float = 0.0) -> Shape:
    return Shape(tissue, np.concatenate([one, other[::-1]]), wear)
