"""Which columns of a table are wanted, and under which names. Pure."""

import re
from dataclasses import dataclass
from typing import Self

from hnp_etl.recipes.grammar import bare
from hnp_etl.walking.paths import nfc

# "weight_kg", "체중": what a command line and a network's settings can name.
_NAME = re.compile(r"[^\W\d]\w{0,39}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that is allowed to pass.

    Attributes:
        header: as the table names it.
        name: as the manifest will.
    """

    header: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what ``HEADER`` or ``HEADER=name`` asks for.

        >>> Wanted.parse("Weight (kg)=weight_kg")
        Wanted(header='Weight (kg)', name='weight_kg')

        Raises:
            ValueError: the name cannot be one of the manifest; says what was expected.
        """
        header, equals, name = (nfc(part).strip() for part in text.rpartition("="))
        wanted = cls(header if equals else name, name)
        if not bare(wanted.header) or not _NAME.fullmatch(wanted.name):
            raise ValueError(
                f"found {text!r}, expected HEADER or HEADER=name, the name of letters, digits and "
                "_, such as 'Weight (kg)=weight_kg'"
            )
        return wanted
