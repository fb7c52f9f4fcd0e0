"""Boosted trees, as the arrays of their nodes.

Source: Friedman JH, Greedy function approximation: a gradient boosting machine, Annals of
Statistics 2001; 29: 1189-1232; grown by scikit-learn, walked here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.data.tabular import Standardisation
from hnp_model.fitting.baselines.inputs import plain_inputs
from hnp_shared.errors import InputError

DEPTH = 3
LEAST_IN_LEAF = 20
"""Slices in a leaf: about those of two patients with five discs."""

LEAF = -1
"""Stands where a leaf would name an input, and its children."""

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """``logit = base + the value of the leaf in each tree``; nodes of all trees in a row.

    Attributes:
        base: (1,), logit of the share of positives.
        first: (tree + 1,), where the nodes of each tree begin; at last, how many there are.
        feature: (node,), input that is asked for, of `plain_inputs`; `LEAF` in a leaf.
        threshold: (node,), an input up to here, as float32, goes left.
        left: (node,), number of the child among all nodes, beyond that of the node.
        right: (node,), likewise.
        value: (node,), what a leaf adds to the logit, learning rate included.
    """

    KINDS: ClassVar = {
        **dict.fromkeys(("base", "threshold", "value"), np.float64),
        **dict.fromkeys(("first", "feature", "left", "right"), np.int32),
    }

    base: Numbers
    first: Integers
    feature: Integers
    threshold: Numbers
    left: Integers
    right: Integers
    value: Numbers

    def __post_init__(self) -> None:
        columns = (self.feature, self.threshold, self.left, self.right, self.value)
        nodes = self.feature.size
        if {column.shape for column in columns} != {(nodes,)} or self.base.shape != (1,):
            raise ValueError("expected one entry a node in each column")
        steps, ends = np.diff(self.first), self.first[[0, -1]].tolist() if self.first.size else []
        if self.first.ndim != 1 or ends != [0, nodes] or (steps < 1).any():
            raise ValueError("expected every node in one tree")
        inner = self.feature != LEAF
        last = np.repeat(self.first[1:], steps)[inner]
        for child in (self.left[inner], self.right[inner]):
            # Children lie behind their parents: whoever walks down comes to an end.
            if ((child <= np.flatnonzero(inner)) | (child >= last)).any():
                raise ValueError("expected children behind their parents, in the same tree")
        if (self.feature[inner] < 0).any():
            raise ValueError("expected inputs counted from 0")

    def take(self, count: int) -> "Trees":
        """Return the first trees only."""
        nodes = slice(0, int(self.first[count]))
        return Trees(
            base=self.base,
            first=self.first[: count + 1],
            feature=self.feature[nodes],
            threshold=self.threshold[nodes],
            left=self.left[nodes],
            right=self.right[nodes],
            value=self.value[nodes],
        )

    def logits(self, slices: Slices, standardisation: Standardisation) -> Numbers:
        """Return the logit of each slice, (slice,)."""
        logit = np.repeat(self.base, len(slices))
        for logit in self.staged(plain_inputs(slices, standardisation)):  # noqa: B007  # the last
            pass
        return logit

    def staged(self, inputs: Numbers) -> Iterator[Numbers]:
        """Yield the logit of each slice after each tree, (slice,).

        Args:
            inputs: (slice, input), of `plain_inputs`.
        """
        if int(self.feature.max(initial=LEAF)) >= inputs.shape[1]:
            raise InputError(f"found trees that ask for more than {inputs.shape[1]} inputs")
        with np.errstate(over="ignore"):
            seen = inputs.astype(np.float32)  # as they were when the trees grew
        logit, rows = np.repeat(self.base, len(inputs)), np.arange(len(inputs))
        for root, _ in pairwise(self.first.tolist()):
            node = np.full(len(inputs), root)
            while (inner := self.feature[node] != LEAF).any():
                here = node[inner]
                goes_left = seen[rows[inner], self.feature[here]] <= self.threshold[here]
                node[inner] = np.where(goes_left, self.left[here], self.right[here])
            logit = logit + self.value[node]
            yield logit


def grow_trees(
    inputs: Numbers, truth: npt.NDArray[np.bool_], *, count: int, rate: float, seed: int
) -> Trees:
    """Return boosted trees; more of them begin with the same ones.

    Args:
        inputs: (slice, input), of `plain_inputs`.
        truth: (slice,), both classes.
        count: of trees.
        rate: learning rate.
        seed: decides between splits that are equally good.
    """
    from sklearn.ensemble import GradientBoostingClassifier  # noqa: PLC0415  # takes a second

    model = GradientBoostingClassifier(
        n_estimators=count,
        learning_rate=rate,
        max_depth=DEPTH,
        min_samples_leaf=LEAST_IN_LEAF,
        random_state=seed,
    )
    model.fit(inputs, truth)
    grown = [estimator.tree_ for estimator in model.estimators_[:, 0]]
    first = np.cumsum([0, *(tree.node_count for tree in grown)])

    def joined(name: str) -> Numbers:
        return np.concatenate([getattr(tree, name) for tree in grown])

    feature = joined("feature")
    inner = feature >= 0
    shift = np.repeat(first[:-1], np.diff(first))
    children = [
        np.where(inner, joined(name) + shift, LEAF) for name in ("children_left", "children_right")
    ]
    share = truth.mean()
    return Trees(
        base=np.array([np.log(share / (1 - share))]),
        first=first.astype(np.int32),
        feature=np.where(inner, feature, LEAF).astype(np.int32),
        threshold=np.where(inner, joined("threshold"), 0.0),
        left=children[0].astype(np.int32),
        right=children[1].astype(np.int32),
        value=rate * joined("value")[:, 0, 0],
    )
