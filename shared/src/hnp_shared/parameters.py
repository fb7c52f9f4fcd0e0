"""What a command line may hold, where click asks less of it than we do."""

import math
import os
from collections.abc import Mapping

import click

from hnp_shared.names import as_it_lies


def strengthen(command: click.Command) -> None:
    """Let the parameters of a command take paths as they lie on the disk, and finite numbers."""
    for parameter in command.params:
        kind = _STRONGER.get(type(parameter.type))
        if kind:
            stronger = kind()
            vars(stronger).update(vars(parameter.type))
            parameter.type = stronger


class _PathAsItLies(click.Path):
    """A path that is found although it was typed in another normal form than the disk's."""

    def convert(
        self,
        value: "str | os.PathLike[str]",
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> "str | bytes | os.PathLike[str]":
        """Return the path as it lies on the disk."""
        return super().convert(as_it_lies(os.fspath(value)), param, ctx)


class _FiniteRange(click.FloatRange):
    """A number within bounds: NaN is within none, and nothing that we do takes for ever."""

    def convert(
        self, value: float, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{number} is not in the range {self._describe_range()}.", param, ctx)
        return number


_STRONGER: Mapping[type, type[_PathAsItLies] | type[_FiniteRange]] = {
    click.Path: _PathAsItLies,
    click.FloatRange: _FiniteRange,
}
