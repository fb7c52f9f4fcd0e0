"""What the numbers of a mask mean: ours, those of a published set, or as the user says. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_shared.errors import InputError
from hnp_shared.mask_set import CLASS_NAMES, DISC, LabelMaps, MaskClass

NAMES: Mapping[str, MaskClass] = {
    **{name: MaskClass(number) for number, name in CLASS_NAMES.items()},
    DISC: MaskClass.ANNULUS,
    "posterior": MaskClass.POSTERIOR,
}
"""What a user may call a class; a disc whose nucleus nobody outlined is annulus all over."""

PHANTOM = {0: "background", 1: "annulus", 2: "nucleus", 3: "sac"}
"""Of `DIR.truth.npz`."""

SUDIRMAN = {
    0: "background",
    50: "disc",
    100: "posterior elements",
    150: "sac",
    200: "background",
    250: "background",
    255: "background",
}
"""Greys of Sudirman S et al., Lumbar Spine MRI Dataset, Mendeley Data 2019, k57fr854j2: 200 lies
between disc and arch, and holds fat and roots beside the ligament; 250 is all the rest."""

OURS = {int(number): name for number, name in CLASS_NAMES.items()}

KINDS: Mapping[str, Mapping[int, str]] = {"ours": OURS, "sudirman": SUDIRMAN, "phantom": PHANTOM}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What numbers mean.

    Attributes:
        kind: of `KINDS`, or `as told`.
        names: number -> name of a class.
    """

    kind: str
    names: Mapping[int, str]

    @property
    def told(self) -> tuple[str, ...]:
        """The structures that such masks outline, in the order of the classes."""
        known = [name for name in self.names.values() if NAMES[name]]
        order = (DISC, *CLASS_NAMES.values())
        return tuple(sorted(set(known), key=order.index))

    def table(self) -> npt.NDArray[np.uint8]:
        """Return class by number, (256,)."""
        table = np.zeros(256, np.uint8)
        for number, name in self.names.items():
            table[number] = NAMES[name]
        return table

    def translate(self, mask: npt.NDArray[np.uint8]) -> LabelMaps:
        """Return the classes of a mask."""
        translated: LabelMaps = self.table()[mask]
        return translated


def meaning_of(
    values: Collection[int], told: Mapping[int, str], *, phantom: bool = False
) -> Meaning:
    """Return what the numbers of a set of masks mean.

    Args:
        values: all that occur in it.
        told: number -> class, as the user says; {}: nothing was said.
        phantom: whether they come from a phantom's truth.

    Raises:
        InputError: some mean nothing.
    """
    if told:
        strange = sorted(set(values) - {0} - set(told))
        if strange:
            raise InputError(
                f"found {_some(strange)} in the masks, of which --value says nothing; expected a "
                "class of each, or background"
            )
        return Meaning("as told", {0: "background", **told})
    for kind in ("phantom",) if phantom else ("ours", "sudirman"):
        if set(values) <= set(KINDS[kind]):
            return Meaning(kind, KINDS[kind])
    raise InputError(
        f"found {_some(sorted(values))} in the masks, expected 0 to {max(OURS)} as in a mask set "
        "or Sudirman's greys 50, 100, 150, 200, 250; --value NUMBER=CLASS says what others mean"
    )


def parse_value(text: str) -> tuple[int, str]:
    """Return number and class of ``NUMBER=CLASS``.

    Raises:
        ValueError: it is none.

    >>> parse_value("50=disc")
    (50, 'disc')
    """
    number, sign, name = text.partition("=")
    name = name.strip().casefold().replace("_", " ")
    if not sign or not number.strip().isdecimal() or int(number) > 255 or name not in NAMES:
        raise ValueError(
            f"found no NUMBER=CLASS with a number up to 255 and a class of {', '.join(NAMES)}"
        )
    return int(number), "posterior elements" if name == "posterior" else name


def _some(values: list[int]) -> str:
    more = f" and {len(values) - 6} more" if len(values) > 6 else ""
    return ", ".join(map(str, values[:6])) + more
