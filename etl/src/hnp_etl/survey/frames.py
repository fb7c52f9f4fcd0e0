"""The slices that an image file may give, each with its label, as a survey counts them. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hnp_etl.choosing.choose import header_refusals
from hnp_etl.choosing.classify import classify
from hnp_etl.labels.label import LabelFacts
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.survey.images import Seen
from hnp_shared.vocabulary import Reason

Said = LabelFacts | Reason | None


def each_slice(image: Seen, labels: Mapping[int, Said], recipe: Recipe) -> Iterator[Seen]:
    """Yield an image, or each of its frames.

    Args:
        image: as read; its label, if it has one, names the file.
        labels: those that name a frame, from 1.
        recipe: what is wanted: a label that names no frame is that of the only wanted one.
    """
    frames = list(image.facts.slices)
    if len(frames) == 1:
        yield replace(image, facts=frames[0], label=labels.get(frames[0].frame, image.label))
        return
    tilt = recipe.selection.max_tilt_deg
    wanted = [not header_refusals(each, classify(each, tilt), recipe) for each in frames]
    for each, is_wanted in zip(frames, wanted, strict=True):
        whole = image.label if is_wanted and sum(wanted) == 1 else None
        yield replace(image, facts=each, label=labels.get(each.frame, whole))
