"""What a slice across the spine shows, pure: truth in, shapes out.

Coordinates: left, backward, from the centre of the disc or body, in mm of an average person.
"""

from dataclasses import dataclass, replace

from hnp_etl.phantom.canal import Canal, epidural_fat, sac_outline, sac_shapes
from hnp_etl.phantom.disc import Margin, body_outline, body_shapes, disc_outline, disc_shapes
from hnp_etl.phantom.geometry import Vector
from hnp_etl.phantom.label_maps import of_posterior
from hnp_etl.phantom.muscles import muscle_shapes
from hnp_etl.phantom.people import Disc, Patient
from hnp_etl.phantom.posterior import arch, exits, joints
from hnp_etl.phantom.seeds import Chance
from hnp_etl.phantom.shapes import Shape
from hnp_etl.phantom.trunk import trunk_shapes
from hnp_etl.phantom.warp import bent


@dataclass(frozen=True, slots=True)
class AxialCut:
    """Where a slice crosses the spine.

    Attributes:
        station: 0..4 for the discs from L1-2, halves for the bodies between them.
        fullness: how much of the bulge the slice meets, 1 at the middle of the disc.
    """

    station: float
    fullness: float = 1.0

    @property
    def level(self) -> int | None:
        """The disc that the slice shows, None between two discs."""
        return int(self.station) if self.station == int(self.station) else None


@dataclass(frozen=True, slots=True)
class Section:
    """The outlines that decide what a slice shows of disc and canal, in mm of an average person.

    Attributes:
        disc: the nearest, as thick as this slice meets it.
        front: outline of the disc or body before the canal, (corner, 2).
        sac: outline of the sac, indented by what stands before it, (corner, 2).
    """

    disc: Disc
    canal: Canal
    front: Vector
    sac: Vector


def section_of(patient: Patient, cut: AxialCut) -> Section:
    """Return the outlines of disc, canal and sac at a cut."""
    disc = met(nearest_disc(patient, cut.station), cut.fullness, patient.size)
    canal = Canal.at(cut.station, disc.canal_width_mm)
    at_disc = cut.level is not None
    front = disc_outline(cut.station, disc) if at_disc else body_outline(cut.station)
    sac = sac_outline(cut.station, canal, Margin.of(front))
    return Section(disc, canal, front, sac)


def axial_shapes(patient: Patient, cut: AxialCut, chance: Chance) -> list[Shape]:
    """Return the shapes that ``cut`` shows, in mm of this patient."""
    section = section_of(patient, cut)
    canal, margin = section.canal, Margin.of(section.front)
    shapes = trunk_shapes(patient, cut.station, canal.back_mm, chance)
    shapes += muscle_shapes(patient, cut.station, canal.back_mm, chance)
    if cut.level is None:
        shapes += [*arch(canal), *epidural_fat(canal), *body_shapes(cut.station)]
    else:
        shapes += exits(canal, margin)
        shapes += disc_shapes(cut.station, section.disc, chance.here)
        shapes += of_posterior(joints(canal, patient.age, section.disc.degeneration))
    shapes += sac_shapes(cut.station, section.sac, margin, chance.body)
    return bent(shapes, (0.0, canal.front_mm), chance.body, patient.size)


def nearest_disc(patient: Patient, station: float) -> Disc:
    """Return the disc at a station, or the one above it."""
    return patient.discs[min(max(int(station), 0), len(patient.discs) - 1)]


def met(disc: Disc, fullness: float, size: float) -> Disc:
    """Return a disc as a slice meets it, in mm of an average person.

    Args:
        disc: the truth, in mm.
        fullness: how much of the bulge the slice meets.
        size: of the patient's skeleton, 1 for the average.
    """
    return replace(
        disc,
        bulge_mm=disc.bulge_mm * fullness / size,
        broad_bulge_mm=disc.broad_bulge_mm * fullness / size,
        bulge_left_mm=disc.bulge_left_mm / size,
        bulge_width_mm=disc.bulge_width_mm / size,
        canal_width_mm=disc.canal_width_mm / size,
    )
