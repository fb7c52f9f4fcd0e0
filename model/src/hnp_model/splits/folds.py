"""The folds of a cross-validation: those of one k-fold file, or one three-part file each."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from hnp_model.data.slices import Slices, Strings
from hnp_model.settings.fit import FitSettings
from hnp_model.splits.guard import find_leakage, parts_of, refuse_empty, refuse_leakage
from hnp_shared.counted import counted
from hnp_shared.errors import InputError
from hnp_shared.splits import Split, read_split


@dataclass(frozen=True, slots=True)
class Fold:
    """One fit and its evaluation.

    Attributes:
        name: of its run folder.
        split_file: the file it comes from.
        split: what that file says.
        number: fold of a k-fold split, else None.
    """

    name: str
    split_file: Path
    split: Split
    number: int | None

    @property
    def parts(self) -> Split:
        """The split into train, val and test."""
        return self.split if self.number is None else self.split.of_fold(self.number)

    @property
    def leaves_hospital_out(self) -> bool:
        """Whether test is one hospital."""
        return self.split.facts.get("scheme") == "hospital-out"

    def settings(self, common: FitSettings) -> FitSettings:
        """Return the settings of its fit."""
        return replace(common, fold=self.number)


def read_folds(split_files: tuple[Path, ...]) -> tuple[Fold, ...]:
    """Return the folds of one k-fold file, or one for each of several three-part files.

    Raises:
        InputError: some other mix of files, two of one name, or a file that is no split.
        StorageError: a file could not be read.
    """
    splits = [read_split(path) for path in split_files]
    if len(splits) == 1 and splits[0].folds:
        numbers = range(splits[0].folds)
        return tuple(Fold(f"fold-{n}", split_files[0], splits[0], n) for n in numbers)
    with_folds = sum(bool(split.folds) for split in splits)
    if with_folds or len(splits) == 1:
        raise InputError(
            f"found {counted(with_folds, 'split file')} with folds and {len(splits) - with_folds} "
            "without, expected one with folds, or several without"
        )
    name, count = Counter(path.stem for path in split_files).most_common(1)[0]
    if count > 1:
        raise InputError(f"found {count} split files called {name}, expected each name once")
    return tuple(
        Fold(path.stem, path, split, None) for path, split in zip(split_files, splits, strict=True)
    )


def pass_over(
    folds: tuple[Fold, ...], slices: Slices, settings: FitSettings, dataset_id: str
) -> dict[str, str]:
    """Return name -> reason of the folds whose hospital cannot be left out.

    Stops before the first fit when another fold could not be fitted or judged.

    Raises:
        InputError: says which fold, and what is wrong with it; or no fold is left.
    """
    passed_over = {}
    for fold in folds:
        try:
            parts = parts_of(slices, fold.parts, dataset_id)
            refuse_leakage(find_leakage(slices, parts), allow=settings.allow_leakage)
            lacking = _lacking(slices, parts) if fold.leaves_hospital_out else None
            if lacking:
                passed_over[fold.name] = lacking
            else:
                _refuse_unusable(slices, parts)
        except InputError as error:
            raise InputError(f"{fold.name}: {error}") from error
    if len(passed_over) == len(folds):
        told = "; ".join(f"{name}: {reason}" for name, reason in passed_over.items())
        raise InputError(f"no hospital can be left out: {told}")
    return passed_over


def _lacking(slices: Slices, parts: Strings) -> str | None:
    """Return why one hospital cannot be left out; None where it can."""
    for part in ("train", "test"):
        positive = slices.is_patient[parts == part]
        if positive.size and (positive.all() or not positive.any()):
            return f"slices of one class only are in {part}"
    return None


def _refuse_unusable(slices: Slices, parts: Strings) -> None:
    refuse_empty(slices, parts)
    if not (parts == "test").any():
        raise InputError("the split puts no slice of the data set in test, expected some")
