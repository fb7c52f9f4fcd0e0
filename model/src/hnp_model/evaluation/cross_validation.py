"""Fitting and judging every fold of a split, one after the other, and pooling what was found."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hnp_model.data.slices import read_slices
from hnp_model.evaluation.evaluation import evaluate
from hnp_model.fitting.device import choose_device
from hnp_model.fitting.fitting import fit
from hnp_model.measures.pooling import FoldFigures, Pooled, parse_figures, pool
from hnp_model.measures.units import UnitName
from hnp_model.report.forest import draw_forest
from hnp_model.runs.evaluated import read_evaluation
from hnp_model.runs.run_config import DataFacts, describe_dataset
from hnp_model.runs.run_folder import CONFIG_FILE, METRICS_FILE, RunFolder, hold
from hnp_model.settings.evaluate import EvaluateSettings
from hnp_model.settings.fit import FitSettings
from hnp_model.splits.folds import Fold, pass_over, read_folds
from hnp_model.splits.split_facts import describe_split
from hnp_shared.counted import some
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError, OutputError
from hnp_shared.names import is_dropping
from hnp_shared.places import refuse_in_dataset
from hnp_shared.progress import track
from hnp_shared.storage import TEMPORARY_PREFIX, sweep_temporary

FORMAT = "hnp-crossval 1"
CROSSVAL_FILE = "crossval.json"
FOREST_FILE = "forest.png"


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """What was found over all folds.

    Attributes:
        data: the data set.
        settings: of every fit, but for its fold.
        split_files: names of the split files.
        folds: figures of each fold, on its test part.
        pooled: unit -> metric -> mean and range over folds.
        passed_over: fold whose hospital could not be left out -> reason.
    """

    data: DataFacts
    settings: FitSettings
    split_files: tuple[str, ...]
    folds: tuple[FoldFigures, ...]
    pooled: Mapping[UnitName, Mapping[str, Pooled]]
    passed_over: Mapping[str, str]

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know first; a remark on some folds only names them."""
        folds_of: dict[str, list[str]] = {}
        for fold in self.folds:
            for remark in fold.remarks:
                folds_of.setdefault(remark, []).append(fold.name)
        passed_over = (
            f"{name}: its hospital could not be left out, {reason}"
            for name, reason in self.passed_over.items()
        )
        told = (
            remark if len(names) == len(self.folds) else f"{some(names)}: {remark}"
            for remark, names in folds_of.items()
        )
        return (*passed_over, *told)

    def to_plain(self) -> dict[str, object]:
        """Return what crossval.json holds."""
        pooled = {
            unit: {metric: asdict(figure) for metric, figure in figures.items()}
            for unit, figures in self.pooled.items()
        }
        settings = asdict(self.settings)
        del settings["fold"]
        for name in ("computed", "codes"):
            if settings[name] is None:
                del settings[name]
        return {
            "format": FORMAT,
            **asdict(self.data),
            "settings": settings,
            "split_files": list(self.split_files),
            "remarks": list(self.remarks),
            "folds": {fold.name: fold.to_plain() for fold in self.folds},
            "pooled": pooled,
        }


def cross_validate(
    out: Path, split_files: tuple[Path, ...], target: Path, settings: FitSettings
) -> CrossValidation:
    """Fit and judge each fold in a folder of ``target``; goes on where an earlier run stopped.

    Raises:
        InputError: the data set, the splits or the settings do not go together.
        OutputError: the folder is in use or holds something else.
        StorageError: a read or write failed.
    """
    refuse_in_dataset(target)
    dataset = open_dataset(out)
    folds = read_folds(split_files)
    settings = replace(settings, device=choose_device(settings.device))
    passed_over = pass_over(folds, read_slices(dataset), settings, dataset.info.dataset_id)
    taken = tuple(fold for fold in folds if fold.name not in passed_over)
    data = describe_dataset(dataset.info)
    with hold(target) as folder:
        _refuse_other_content(target, folds)
        sweep_temporary(target, role="the folder of the folds", disk=folder.disk)
        figures = tuple(
            _fit_and_judge(out, fold, target / fold.name, settings, data)
            for fold in track(taken, "cross-validating", total=len(taken), unit="fold")
        )
        names = tuple(path.name for path in split_files)
        found = CrossValidation(data, settings, names, figures, pool(figures), passed_over)
        text = json.dumps(found.to_plain(), ensure_ascii=False, indent=1, allow_nan=False)
        folder.write(FOREST_FILE, draw_forest(figures, found.pooled))
        folder.write(CROSSVAL_FILE, text.encode() + b"\n")
    return found


def _fit_and_judge(
    out: Path, fold: Fold, run: Path, common: FitSettings, data: DataFacts
) -> FoldFigures:
    settings = fold.settings(common)
    done = _finished(run, fold, settings, data)
    if done:
        return done
    fit(out, fold.split_file, run, settings, resume=True)
    judged = EvaluateSettings(allow_leakage=settings.allow_leakage)
    found = evaluate(run, out, fold.split_file, judged)
    return parse_figures(fold.name, found.metrics()[judged.part])


def _finished(run: Path, fold: Fold, settings: FitSettings, data: DataFacts) -> FoldFigures | None:
    """Return the figures of a fold that was fitted and judged just so before."""
    folder = RunFolder(run)
    if not ((run / CONFIG_FILE).exists() and (run / METRICS_FILE).exists()):
        return None
    config = folder.config()
    digest = describe_split(fold.split_file.name, fold.split).digest
    asked = (settings, data, digest)
    if not config.result or (config.settings, config.data, config.split.digest) != asked:
        return None  # fit goes on with it, or says why it cannot
    try:
        part = read_evaluation(folder, fold.name)[0]["test"]
        about = part["about"]
        judged_so = (about["dataset_id"], about["split_digest"]) == (data.dataset_id, digest)
        return parse_figures(fold.name, part) if judged_so else None
    except (InputError, ValueError, KeyError, TypeError):
        return None  # of other weights, on something else, or by another version: judged anew


def _refuse_other_content(target: Path, folds: tuple[Fold, ...]) -> None:
    expected = {CROSSVAL_FILE, FOREST_FILE, *(fold.name for fold in folds)}
    for name in sorted(entry.name for entry in target.iterdir()):
        if not (name in expected or name.startswith(TEMPORARY_PREFIX) or is_dropping(name)):
            raise OutputError(
                f"the folder of the folds holds something else ({name!r}), "
                "expected an empty one or folds of these splits"
            )
