"""Operating points of a run: thresholds that reach an aim on its val."""

from hnp_model.measures.decisions import DECIDED_UNITS
from hnp_model.measures.operating_points import Aim, OperatingPoint, choose_point
from hnp_model.runs.run_folder import RunFolder
from hnp_model.runs.val_discs import VAL_DISCS_FILE, read_val_discs
from hnp_shared.errors import InputError


def find_points(folder: RunFolder, aim: Aim | None) -> tuple[OperatingPoint, ...]:
    """Return the point of each unit that somebody acts on; () without an aim.

    Raises:
        InputError: the run does not know the discs of its val, or the file is damaged.
        StorageError: it could not be read.
    """
    if aim is None:
        return ()
    val = read_val_discs(folder)
    if val is None:
        raise InputError(
            f"the run has no {VAL_DISCS_FILE}, by which --{aim.name} chooses; "
            "fit --resume writes it"
        )
    return tuple(choose_point(unit, val.scores(unit), aim) for unit in DECIDED_UNITS)
