"""How well a reader who sees the phantom's truth through reading errors tells herniated discs.

Holds the constants of the phantom to what readers of real images reach: no pixels are drawn.
Run by hand: `python scripts/phantom_reader.py`; a test holds one seed to `RANGES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hnp_etl.phantom.axial import AxialCut
from hnp_etl.phantom.measures import measure
from hnp_etl.phantom.people import TRAINING_HOSPITALS, Patient, make_patients
from hnp_etl.phantom.seeds import generator

PATIENTS, SEEDS = 200, (1, 2, 3)
FOLDS, REPEATS = 5, 2

DISTANCE_ERROR_MM = 1.0
"""Standard deviation of a distance read twice on axial slices, about two pixels."""

GRADE_ERROR = 0.6
"""Standard deviation of a grade of degeneration read twice."""

RANGES = {"image": (0.85, 0.97), "table": (0.60, 0.75), "hospital": (0.45, 0.55)}
"""Within which the AUC of each kind of knowledge has to lie, at the level of discs."""

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Discs:
    """Many discs as a reader and a form know them.

    Attributes:
        knowledge: by its name, (disc, feature).
        is_patient: (disc,).
        groups: index of the patient, (disc,).
    """

    knowledge: dict[str, Matrix]
    is_patient: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.int64]


def discs_of(seed: int, patients: int) -> Discs:
    """Return the discs of a phantom's patients."""
    people = list(make_patients(seed, patients))
    return Discs(
        knowledge={
            "image": np.array([row for each in people for row in _seen(seed, each)]),
            "table": np.array([row for each in people for row in _told(each)]),
            "hospital": np.array([row for each in people for row in _sent_by(each)]),
        },
        is_patient=np.array([disc.is_patient for each in people for disc in each.discs]),
        groups=np.array([each.index for each in people for _ in each.discs]),
    )


def auc(discs: Discs, name: str) -> float:
    """Return the AUC over discs, patients kept together, the mean over shuffled folds."""
    model = make_pipeline(StandardScaler(), LogisticRegression())
    found = []
    for repeat in range(REPEATS):
        folds = GroupKFold(FOLDS, shuffle=True, random_state=repeat)
        for train, test in folds.split(discs.knowledge[name], groups=discs.groups):
            model.fit(discs.knowledge[name][train], discs.is_patient[train])
            score = model.decision_function(discs.knowledge[name][test])
            found.append(roc_auc_score(discs.is_patient[test], score))
    return float(np.mean(found))


def _seen(seed: int, patient: Patient) -> Iterator[list[float]]:
    """Yield what a reader makes of each disc's image."""
    for level, disc in enumerate(patient.discs):
        rng = generator(seed, "reader", patient.index, level)
        measures = measure(patient, AxialCut(float(level)))
        distances_mm = np.array([measures.displacement_mm, measures.sac_indentation_mm])
        read_mm = np.maximum(distances_mm + rng.normal(0, DISTANCE_ERROR_MM, 2), 0)
        yield [*read_mm, disc.grade + float(rng.normal(0, GRADE_ERROR))]


def _told(patient: Patient) -> Iterator[list[float]]:
    """Yield canal width, age and level of each disc."""
    for level, disc in enumerate(patient.discs):
        levels = np.eye(len(patient.discs))[level]
        yield [disc.canal_width_mm, float(patient.age), *levels]


def _sent_by(patient: Patient) -> Iterator[list[float]]:
    """Yield the hospital, once for each disc."""
    for _ in patient.discs:
        yield [float(patient.hospital == each) for each in TRAINING_HOSPITALS]


def main() -> None:
    """Print the AUC of each kind of knowledge for each seed."""
    print(f"{'knowledge':<10}" + "".join(f"  seed {seed}" for seed in SEEDS) + "  wanted")
    discs = [discs_of(seed, PATIENTS) for seed in SEEDS]
    for name, (least, most) in RANGES.items():
        found = "".join(f"{auc(each, name):8.3f}" for each in discs)
        print(f"{name:<10}{found}  {least:.2f} to {most:.2f}")


if __name__ == "__main__":
    main()
