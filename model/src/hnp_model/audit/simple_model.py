"""The simple model of an audit: one recipe for every input, so that inputs can be compared.

Half a logistic regression, which does well on few slices, and half boosted trees, which find what
is not straight.
"""

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from hnp_model.audit.vectors import Vectors

SEED = 0
PICTURE_SCALE = 0.1
"""Standardised blocks of a picture are made this small: the regression's penalty then weighs a
hundred times more on each of them than on the few other inputs, as hundreds of them need."""

Numbers = npt.NDArray[np.float64]


def predict_simply(train: Vectors, truth: npt.NDArray[np.bool_], test: Vectors) -> Numbers:
    """Train on some slices and return the probability of others, (slice,).

    Args:
        train: what the model sees of the slices it learns from.
        truth: (slice,), of these; both classes.
        test: what it sees of the slices it judges.
    """
    model = _build(train)
    model.fit(np.hstack([train.plain, train.picture]), truth)
    found = model.predict_proba(np.hstack([test.plain, test.picture]))
    return np.asarray(found[:, 1], dtype=np.float64)


def _build(train: Vectors) -> Pipeline:
    feature_count = train.plain.shape[1]
    plain = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
    )
    columns = []
    if feature_count:
        columns.append(("plain", plain, slice(0, feature_count)))
    if train.picture.shape[1]:
        columns.append(("picture", StandardScaler(), slice(feature_count, None)))
    weights = {"picture": PICTURE_SCALE}
    return make_pipeline(ColumnTransformer(columns, transformer_weights=weights), _classifier())


def _classifier() -> VotingClassifier:
    trees = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, min_samples_leaf=20, early_stopping=False, random_state=SEED
    )
    line = LogisticRegression(max_iter=1_000, random_state=SEED)
    return VotingClassifier([("line", line), ("trees", trees)], voting="soft")
