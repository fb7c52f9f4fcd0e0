"""The recipe of a survey, put together from what was found of folders, labels and codes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.counts import Place
from hnp_etl.survey.code_pattern import CodePattern
from hnp_etl.survey.findings import Draft
from hnp_etl.survey.folders import LayoutDraft
from hnp_etl.survey.images import ImageTally
from hnp_etl.survey.label_draft import LabelDraft
from hnp_etl.survey.masking import shown_key
from hnp_shared.vocabulary import Kind

DRAFT_NAME = "surveyed"


def draft_recipe(
    start: Recipe, layout: LayoutDraft, label: LabelDraft, codes: CodePattern
) -> Draft:
    """Return the recipe to begin with, as far as it was not found to be otherwise."""
    met = {code: what for code, what in codes.meanings.items() if code not in label.unmet}
    if set(met.values()) <= {"absent"}:  # a recipe needs more
        met = dict(codes.meanings)
    checks = {f"layout.{key}": why for key, why in layout.checks.items()}
    checks |= {f"label.{key}": why for key, why in label.checks.items()}
    checks |= {f"label.codes.{code}": "" for code in met}
    recipe = start.model_copy(
        update={
            "name": DRAFT_NAME,
            "confirmed": False,
            "layout": layout.layout,
            "label": label.label.model_copy(update={"codes": met}),
        }
    )
    unmet = {code: what for code, what in codes.meanings.items() if code not in met}
    refused = {shown_key(path): count for path, count in label.refused.items()}
    return Draft(recipe, checks, label.hidden_codes, unmet, refused)


def narrowed(drafted: LayoutDraft, places: Sequence[Place], tally: ImageTally) -> LayoutDraft:
    """Return a layout that takes the procedures of wanted images, unless labels lie elsewhere."""
    if drafted.layout.procedures:
        return replace(drafted, checks=_left_out(drafted.checks, places))
    wanted = set(tally.procedures)
    of_labels = {place.procedure for place in places if place.kind is Kind.LABEL}
    lost = None in wanted | of_labels or (of_labels and not wanted <= of_labels)
    if lost:
        return drafted
    procedures = tuple(sorted(str(each) for each in wanted))
    layout = drafted.layout.model_copy(update={"procedures": procedures})
    return replace(drafted, layout=layout, checks=_left_out(drafted.checks, places))


def _left_out(checks: Mapping[str, str], places: Sequence[Place]) -> dict[str, str]:
    """Return the checks, with that of `procedures` when some files tell none."""
    met = [place for place in places if place.kind in (Kind.IMAGE, Kind.LABEL)]
    without = sum(place.files for place in met if place.procedure is None)
    if not without:
        return dict(checks)
    told = f"{without} of {sum(place.files for place in met)} files tell none and are left out"
    before = f"{checks['procedures']}; " if "procedures" in checks else ""
    return {**checks, "procedures": before + told}
