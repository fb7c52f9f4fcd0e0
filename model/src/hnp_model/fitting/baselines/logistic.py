"""A logistic regression with a ridge, as its coefficients."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import Standardisation
from hnp_model.fitting.baselines.inputs import BENT, bent_inputs
from hnp_shared.errors import InputError

TOLERANCE = 1e-8
"""Of the gradient: the optimum is reached to the last digits that matter."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """``logit = intercept + inputs @ coefficients``.

    Attributes:
        intercept: (1,).
        coefficients: (input,), in the order of `inputs.bent_inputs`.
    """

    KINDS: ClassVar = {"intercept": np.float64, "coefficients": np.float64}

    intercept: Numbers
    coefficients: Numbers

    def __post_init__(self) -> None:
        count = self.coefficients.size
        if self.intercept.shape != (1,) or self.coefficients.shape != (count,) or count < len(BENT):
            raise ValueError(f"expected an intercept and {len(BENT)} coefficients or more")

    def logits(self, slices: Slices, standardisation: Standardisation) -> Numbers:
        """Return the logit of each slice, (slice,)."""
        inputs = bent_inputs(slices, standardisation)
        if inputs.shape[1] != self.coefficients.size:
            raise InputError(
                f"found {self.coefficients.size} coefficients for {inputs.shape[1]} inputs, "
                "expected the weights of this run"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self.intercept[0] + inputs @ self.coefficients)


def learn_logistic(inputs: Numbers, truth: npt.NDArray[np.bool_]) -> Logistic:
    """Return the regression that is likeliest with scikit-learn's usual penalty, C = 1.

    Args:
        inputs: (slice, input), of `inputs.bent_inputs`.
        truth: (slice,), both classes.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  # takes a second

    model = LogisticRegression(solver="newton-cholesky", tol=TOLERANCE, max_iter=1_000)
    model.fit(inputs, truth)
    return Logistic(model.intercept_.astype(np.float64), model.coef_[0].astype(np.float64))
