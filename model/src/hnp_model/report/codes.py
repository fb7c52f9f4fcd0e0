"""What a reader sees of label codes: figures by code, and what was taken for what."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hnp_model.data.label_codes import UNKNOWN_CODE, index_codes
from hnp_model.measures.code_figures import CodeFigures, figures_by_code
from hnp_model.measures.code_rows import rows_by_disc, rows_by_slice
from hnp_model.measures.units import PRIMARY_UNIT
from hnp_model.report.figure_rows import TOO_FEW, Row, show_figure
from hnp_model.runs.predictions import Predictions
from hnp_model.settings.codes import CodeTarget
from hnp_shared.counted import counted


@dataclass(frozen=True, slots=True)
class CodesFound:
    """What an evaluation found of codes, in one part.

    Attributes:
        codes: of the run.
        units: `slice` and `level` -> figures; none where no slice has a code of train.
        n_left_out: slices whose code train lacks, or that have none.
    """

    codes: CodeTarget
    units: Mapping[str, CodeFigures]
    n_left_out: int

    def to_plain(self) -> dict[str, object]:
        """Return what metrics.json holds."""
        means = zip(self.codes.classes, self.codes.patient, strict=True)
        return {
            "model": self.codes.model,
            "order": list(self.codes.classes),
            "means": {code: "patient" if patient else "normal" for code, patient in means},
            "n_slices_left_out": self.n_left_out,
            **{unit: one.to_plain(self.codes.classes) for unit, one in self.units.items()},
        }


def find_codes(predictions: Predictions) -> CodesFound | None:
    """Return what is found of codes in one part; None where the run knows none."""
    said, slices = predictions.codes, predictions.slices
    if said is None or slices.label_code is None:
        return None
    code = index_codes(slices.label_code, said.codes.classes)
    out = int(np.count_nonzero(code == UNKNOWN_CODE))
    if out == code.size:
        return CodesFound(said.codes, {}, out)
    rows = {
        "slice": rows_by_slice(slices, code, said.members),
        "level": rows_by_disc(slices, code, said.members),
    }
    units = {unit: figures_by_code(said.codes.model, one) for unit, one in rows.items()}
    return CodesFound(said.codes, units, out)


def code_rows(found: CodesFound) -> list[Row]:
    """Return a table of figures over all codes: one row a figure, one column a unit."""
    units = found.units.values()
    return [
        ("codes", *found.units),
        *(
            (name, *(show_figure(getattr(one, name), too_few=True) for one in units))
            for name in ("accuracy", "kappa_quadratic", "auc_macro")
        ),
    ]


def confusion_rows(found: CodesFound) -> list[Row]:
    """Return a table of discs: one row a code, what they were called, and how often rightly."""
    figures, classes = found.units[PRIMARY_UNIT], found.codes.classes
    called = (f"called {code}" for code in classes)
    rows: list[Row] = [("discs of code", *called, "patients", "accuracy", "auc, against others")]
    each = zip(
        *(classes, figures.confusion, figures.patients),
        *(figures.accuracy_by_code, figures.auc_by_code),
        strict=True,
    )
    for code, counts, patients, *told in each:
        shown = (show_figure(one, too_few=True) for one in told)
        rows.append((code, *(f"{count:,}" for count in counts), f"{patients:,}", *shown))
    return rows


def code_sentences(found: CodesFound) -> tuple[str, ...]:
    """Return what is said below both tables."""
    called = "likeliest code" if found.codes.model == "multiclass" else "median grade"
    told = [
        f"codes by {found.codes.model}: {called} is called; kappa in the order "
        f"{' < '.join(found.codes.classes)}; intervals between patients, of kappa and auc_macro "
        "percentiles of resampled ones"
    ]
    if not found.units:
        told = ["no slice has a code of train: no figures by code"]
    else:
        over = [found.codes.classes[index] for index in found.units[PRIMARY_UNIT].macro_over]
        if over and len(over) < len(found.codes.classes):
            told.append(f"auc_macro is over codes {', '.join(over)}; the others: {TOO_FEW}")
    if found.n_left_out:
        told.append(
            f"{counted(found.n_left_out, 'slice')} with a code that train lacks, or none: left "
            "out of figures by code"
        )
    return tuple(told)
