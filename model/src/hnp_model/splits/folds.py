"""The folds of a cross-validation: those of one k-fold file, or one three-part file each."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from hnp_model.data.slices import Slices
from hnp_model.settings import FitSettings
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


def refuse_unusable(
    folds: tuple[Fold, ...], slices: Slices, settings: FitSettings, dataset_id: str
) -> None:
    """Stop before the first fit when a later fold could not be fitted or judged.

    Raises:
        InputError: says which fold, and what is wrong with it.
    """
    for fold in folds:
        try:
            _refuse_unusable(fold.parts, slices, settings, dataset_id)
        except InputError as error:
            raise InputError(f"{fold.name}: {error}") from error


def _refuse_unusable(split: Split, slices: Slices, settings: FitSettings, dataset_id: str) -> None:
    parts = parts_of(slices, split, dataset_id)
    refuse_leakage(find_leakage(slices, parts), allow=settings.allow_leakage)
    refuse_empty(slices, parts)
    if not (parts == "test").any():
        raise InputError("the split puts no slice of the data set in test, expected some")
