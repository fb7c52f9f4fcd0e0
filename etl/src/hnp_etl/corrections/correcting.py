"""One slice as readers say it is: its label corrected, or left out. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hnp_etl.choosing.choose import ChosenLabel
from hnp_etl.corrections.settling import Said, UnsettledError, settle
from hnp_etl.corrections.values import Value, as_stored, readers_of
from hnp_etl.labels.values import age_of
from hnp_etl.recipes.label_table import Label
from hnp_shared.corrections import Correction
from hnp_shared.vocabulary import Flag

_FLAGS_OF: Mapping[str, frozenset[Flag]] = {
    "age": frozenset({Flag.BAD_AGE, Flag.AGE_DECADE}),
    "sex": frozenset({Flag.BAD_SEX}),
    "canal_width_mm": frozenset({Flag.BAD_CANAL_WIDTH}),
}
"""What a label's value was flagged with, which a corrected one is not."""

_NEEDED = frozenset({"level", "label_code", "is_patient"})


@dataclass(frozen=True, slots=True)
class Corrected:
    """A slice after its corrections; `flags` are those of the slice now."""

    label: ChosenLabel
    flags: frozenset[Flag]
    excluded: bool


class UnusableError(ValueError):
    """Corrections of a slice cannot be applied.

    Attributes:
        field: which of its fields.
    """

    def __init__(self, field: str, what: str) -> None:
        super().__init__(field, what)
        self.field = field
        self.what = what


class Corrector:
    """Corrects slices under one recipe."""

    def __init__(self, recipe: Label) -> None:
        self._recipe = recipe
        self._readers = readers_of(recipe)

    def correct(
        self,
        label: ChosenLabel,
        flags: frozenset[Flag],
        rows: Sequence[Correction],
        decided: Sequence[Correction],
    ) -> Corrected:
        """Return a slice as readers say it is.

        Args:
            label: what the label gives it.
            flags: of the slice.
            rows: of readers, about this slice.
            decided: of an adjudicator, likewise.

        Raises:
            UnusableError: names the field, and what was found and expected.
        """
        before = _values(label)
        after = dict(before)
        for field in dict.fromkeys(each.field for each in (*rows, *decided)):
            of_field = [[each for each in some if each.field == field] for some in (rows, decided)]
            after[field] = self._settled(field, before[field], *of_field)
        changed = {field for field in after if after[field] != before[field]} - {"exclude"}
        self._follow_code(after, changed, {each.field for each in (*rows, *decided)})
        for field in changed & (_NEEDED | set(self._recipe.required)):
            if after[field] is None:
                raise UnusableError(field, "found an empty `new`, expected a value: it is required")
        own = {field: flag for field, flag in _FLAGS_OF.items() if field in changed}
        kept = flags.difference(*own.values()) | ({Flag.CORRECTED} if changed else set())
        if "age" in changed and any(
            age_of(each.new).decade for each in (*rows, *decided) if each.field == "age"
        ):
            kept |= {Flag.AGE_DECADE}
        return Corrected(_label(label, after, changed), kept, bool(after["exclude"]))

    def _settled(
        self,
        field: str,
        source: Value,
        rows: Sequence[Correction],
        decided: Sequence[Correction],
    ) -> Value:
        read = self._readers[field]
        try:
            told = [[self._said(read, each) for each in some] for some in (rows, decided)]
            said, ruled = ([each for each in some if each is not None] for some in told)
            shown = [read(each.old) for each in (*rows, *decided) if each.cannot_tell]
            return settle(source, said, shown=shown, decided=ruled)
        except UnsettledError as error:
            raise UnusableError(field, str(error)) from error
        except ValueError as error:
            raise UnusableError(field, f"found another value, expected {error}") from error

    @staticmethod
    def _said(read: Callable[[str], Value], row: Correction) -> Said | None:
        return None if row.cannot_tell else Said(read(row.old), read(row.new))

    def _follow_code(self, after: dict[str, Value], changed: set[str], stated: set[str]) -> None:
        """Let a corrected code tell who is a patient, as a label's would.

        Raises:
            UnusableError: a reader says otherwise of the same slice.
        """
        if "label_code" not in changed or after["label_code"] is None:
            return
        codes = str(after["label_code"]).split(",")
        follows = any(self._recipe.codes[code] == "patient" for code in codes)
        if "is_patient" in stated and after["is_patient"] != follows:
            what = "found another answer than follows from the corrected label_code"
            raise UnusableError("is_patient", f"{what}, expected the same or none")
        after["is_patient"] = follows
        changed.add("is_patient")


def _values(label: ChosenLabel) -> dict[str, Value]:
    return {
        "level": label.level,
        "label_code": label.code,
        "is_patient": label.is_patient,
        "age": as_stored(label.age),
        "sex": label.sex,
        "canal_width_mm": as_stored(label.canal_width_mm),
        "exclude": False,
    }


def _label(label: ChosenLabel, after: Mapping[str, Value], changed: set[str]) -> ChosenLabel:
    names = {"label_code": "code"}
    values = {names.get(field, field): after[field] for field in changed}
    return replace(label, **values)  # type: ignore[arg-type]  # each field by its reader
