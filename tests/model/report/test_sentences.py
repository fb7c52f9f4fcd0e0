from collections.abc import Mapping

from hnp_model.measures.bootstrap import Estimates, Figure
from hnp_model.measures.figures import PartFigures, UnitFigures
from hnp_model.measures.metrics import METRICS
from hnp_model.report.sentences import resample_sentences, worst_hospital


def group(
    auc: float | None, patients: int, dropped: int = 0, undefined: Mapping[str, int] | None = None
) -> UnitFigures:
    ends = (None, None) if auc is None else (auc - 0.1, auc + 0.1)
    figures = (Figure(auc, *ends),) * len(METRICS)
    estimates = Estimates(figures, dropped, undefined or {})
    counts = (patients * 4, patients * 2, patients, patients, patients, 9)
    return UnitFigures(estimates, *counts, 0.4, 0.5)


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


def test_resamples_that_are_missing_are_told_from_one_in_a_hundred_on() -> None:
    few = part(H01=group(0.8, 40, dropped=20, undefined={"npv": 20}))
    assert resample_sentences(few) == ()
    many = PartFigures(
        {"level": group(0.8, 40, dropped=21)}, {"sex": {"F": group(0.8, 20, undefined={"npv": 90})}}
    )
    assert resample_sentences(many) == (
        "of 2,000 resamples, percentiles (low_percentile, high_percentile) and the interval of "
        "average precision leave out: 1.1% for all figures (one class drawn) by level, "
        "4.5% for npv (not defined) of sex F",
    )
