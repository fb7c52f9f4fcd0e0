"""What sits in more than one part of a split."""

from dataclasses import asdict, dataclass

from hnp_model.data.slices import Slices, Strings
from hnp_model.splits.guard import count_straddling
from hnp_shared.counted import counted


@dataclass(frozen=True, slots=True)
class Leaks:
    """How many patients, studies and images (by pixel_sha256) sit in more than one part."""

    patients: int
    studies: int
    images: int

    @property
    def found(self) -> tuple[str, ...]:
        """What is wrong."""
        if not (self.patients or self.studies or self.images):
            return ()
        counts = (
            f"{counted(self.patients, 'patient')}, {counted(self.studies, 'study', 'studies')} and "
            f"{counted(self.images, 'image')}"
        )
        return (f"{counts} sit in more than one part",)

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        return asdict(self)


def find_leaks(slices: Slices, parts: Strings) -> Leaks:
    """Return what sits in more than one part."""
    return Leaks(
        count_straddling(slices.patient_id, parts),
        count_straddling(slices.study_id, parts),
        count_straddling(slices.pixel_sha256, parts),
    )
