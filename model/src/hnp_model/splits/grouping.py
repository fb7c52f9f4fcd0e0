"""Groups of slices that must stay together: one person, or one study or image of several."""

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices, Strings


def group_slices(slices: Slices) -> npt.NDArray[np.int64]:
    """Return each slice's group: the connected component of its patient, study and pixels.

    Pseudonyms of studies are made with those of patients, so that in a data set of ours no two
    patients share one; in one of others', or put together of several, they may.

    Groups are numbered from 0 in the order of the slices, which the manifest sorts by patient.
    """
    parents: dict[str, str] = {}
    people = [f"patient {name}" for name in slices.patient_id]
    for kind, names in (("study", slices.study_id), ("image", slices.pixel_sha256)):
        for person, name in zip(people, names.tolist(), strict=True):
            parents[_root(parents, f"{kind} {name}")] = _root(parents, person)
    return numbered(np.array([_root(parents, person) for person in people]))


def numbered(names: Strings) -> npt.NDArray[np.int64]:
    """Return a number for each name, counted from 0 by first appearance."""
    _, first, inverse = np.unique(names, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[inverse]


def _root(parents: dict[str, str], node: str) -> str:
    parents.setdefault(node, node)
    while parents[node] != node:
        parents[node] = parents[parents[node]]  # halve the path, so that chains stay short
        node = parents[node]
    return node
