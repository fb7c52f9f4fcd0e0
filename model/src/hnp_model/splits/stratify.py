"""Allotting groups of slices to parts so that every part looks like the whole.

First the largest groups, each to the part where it disturbs least; then pairs change places as long
as that brings the parts closer to the whole. Where that ends with a part whose share of positive
slices is off, pairs go on changing places with that share weighing more and more.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hnp_model.data.slices import Slices
from hnp_model.splits.composition import CLOSE_ENOUGH
from hnp_model.splits.exchanging import FULL, Effort, Matrix, cost, exchange

SHARE_BINS = 4
"""Groups are told apart by their share of positive slices: none, under half, half or more, all."""

OVERALL_WEIGHT = 30.0
"""Weight of slices per class over all hospitals: class shares come before everything else."""

PATIENTS_WEIGHT = 10.0
"""Weight of the number of patients; slices per hospital and groups per share bin weigh 1."""

CLASS_BOOSTS = (1.0, 10.0, 100.0)
"""Factors on the weight of the classes, tried in turn until every part has its share of positives:
a small part can have its share of every hospital's slices and still be a point off in all."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupTraits:
    """What is balanced.

    Attributes:
        counts: (group, trait), how much each group has of each trait.
        weights: (trait,), importance of a trait.
        slice_counts: (group,), size of each group.
        positive_counts: (group,), positive slices of each group.
        is_class: (trait,), whether a trait is the number of slices of a class over all hospitals.
    """

    counts: Matrix
    weights: Matrix
    slice_counts: Matrix
    positive_counts: Matrix
    is_class: npt.NDArray[np.bool_]


def describe_groups(slices: Slices, groups: npt.NDArray[np.int64]) -> GroupTraits:
    """Return the traits of every group.

    Args:
        slices: all slices.
        groups: (slice,), from `grouping.group_slices`.
    """
    group_count = int(groups.max()) + 1

    def per_group(mask: npt.NDArray[np.bool_]) -> Matrix:
        return np.bincount(groups[mask], minlength=group_count).astype(np.float64)

    positive = slices.is_patient
    total, positives = per_group(np.ones_like(positive)), per_group(positive)
    _, first_of_patient = np.unique(slices.patient_id, return_index=True)
    patients = np.bincount(groups[first_of_patient], minlength=group_count).astype(np.float64)
    columns = [(positives, OVERALL_WEIGHT), (total - positives, OVERALL_WEIGHT)]
    columns.append((patients, PATIENTS_WEIGHT))
    names, hospital = np.unique(slices.hospital, return_inverse=True)
    by_hospital = np.zeros((group_count, names.size, 2))
    np.add.at(by_hospital, (groups, hospital, (~positive).astype(np.int64)), 1.0)
    columns += [(each, 1.0) for each in by_hospital.reshape(group_count, -1).T]
    bins = _share_bin(positives / total)
    columns += [((bins == share_bin).astype(np.float64), 1.0) for share_bin in range(SHARE_BINS)]
    counts = np.stack([counts for counts, _ in columns], axis=1)
    weights = np.array([weight for _, weight in columns])
    filled = counts.any(axis=0)
    is_class = np.arange(weights.size) < 2
    return GroupTraits(counts[:, filled], weights[filled], total, positives, is_class[filled])


def allot(
    traits: GroupTraits, ratios: Matrix, seed: int, effort: Effort = FULL
) -> npt.NDArray[np.int64]:
    """Return the part of each group, an index into ``ratios``.

    Args:
        traits: of every group.
        ratios: (part,), positive, of sum 1.
        seed: decides between groups that are alike.
        effort: what is tried.
    """
    random = np.random.default_rng(seed)
    scale = np.sqrt(traits.weights) / traits.counts.sum(axis=0)
    scaled = traits.counts * scale
    parts = _place_largest_first(scaled, traits.slice_counts, ratios, random)
    for boost in CLASS_BOOSTS:
        boosted = scaled * np.where(traits.is_class, np.sqrt(boost), 1.0)
        parts = exchange(boosted, parts, ratios, random, effort)
        if _is_balanced(traits, parts, ratios.size):
            break
    return fill_empty(scaled, parts, ratios)


def fill_empty(
    scaled: Matrix, parts: npt.NDArray[np.int64], ratios: Matrix
) -> npt.NDArray[np.int64]:
    """Return the parts with a group in each: small shares of few groups round to none.

    Each empty part gets the group that is missed least where it is.

    Args:
        scaled: (group, trait), as many groups as parts or more.
        parts: (group,), the part of each.
        ratios: (part,), positive.
    """
    parts = parts.copy()
    for empty in np.setdiff1d(np.arange(ratios.size), parts):
        sizes = np.bincount(parts, minlength=ratios.size)
        missing = ratios[:, None] * scaled.sum(axis=0)
        np.subtract.at(missing, parts, scaled)
        after = cost(missing[parts] + scaled, ratios[parts])
        dearer = after - cost(missing, ratios)[parts] + cost(missing[empty] - scaled, ratios[empty])
        parts[np.argmin(np.where(sizes[parts] > 1, dearer, np.inf))] = empty
    return parts


def _share_bin(share: Matrix) -> npt.NDArray[np.int64]:
    edges = [np.nextafter(0.0, 1.0), 0.5, 1.0]
    return np.digitize(share, edges).astype(np.int64)


def _place_largest_first(
    scaled: Matrix, slice_counts: Matrix, ratios: Matrix, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    shuffled = random.permutation(slice_counts.size)
    order = shuffled[np.argsort(-slice_counts[shuffled], kind="stable")]
    parts = np.zeros(slice_counts.size, dtype=np.int64)
    missing = ratios[:, None] * scaled.sum(axis=0)  # (part, trait)
    now = cost(missing, ratios)
    for group in order:
        after = missing - scaled[group]
        then = cost(after, ratios)
        part = parts[group] = np.argmin(then - now)
        missing[part], now[part] = after[part], then[part]
    return parts


def _is_balanced(traits: GroupTraits, parts: npt.NDArray[np.int64], part_count: int) -> bool:
    positives = np.bincount(parts, traits.positive_counts, part_count)
    totals = np.bincount(parts, traits.slice_counts, part_count)
    whole = traits.positive_counts.sum() / traits.slice_counts.sum()
    return bool((np.abs(positives - whole * totals) <= CLOSE_ENOUGH * totals).all())
