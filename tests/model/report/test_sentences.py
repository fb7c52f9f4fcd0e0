from hnp_model.measures.bootstrap import Estimates, Figure
from hnp_model.measures.figures import PartFigures, UnitFigures
from hnp_model.measures.metrics import METRICS
from hnp_model.report.sentences import worst_hospital


def group(auc: float | None, patients: int) -> UnitFigures:
    ends = (None, None) if auc is None else (auc - 0.1, auc + 0.1)
    figures = (Figure(auc, *ends),) * len(METRICS)
    counts = (patients * 4, patients * 2, patients, patients, patients, 9)
    return UnitFigures(Estimates(figures, 0), *counts, 0.4, 0.5)


def part(**hospitals: UnitFigures) -> PartFigures:
    return PartFigures({}, {"hospital": hospitals})


def test_the_hospital_with_the_lowest_auc_is_named() -> None:
    figures = part(H01=group(0.81, 40), H02=group(None, 5), H03=group(0.7125, 33))
    assert worst_hospital(figures) == (
        "worst hospital: H03, AUC by slice 0.713 (0.613 to 0.812), 33 patients; "
        "2 of 3 hospitals have enough patients for figures"
    )


def test_one_hospital_with_figures_is_not_the_worst_of_several() -> None:
    assert worst_hospital(part(H01=group(0.8, 40), H02=group(None, 5))) == (
        "worst hospital: not known, 1 of 2 hospitals have enough patients for figures"
    )
