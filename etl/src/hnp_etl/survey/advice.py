"""What to do after a survey, the most pressing first. Pure."""

from collections.abc import Iterator

from hnp_etl.survey.archives import BESIDE, READ
from hnp_etl.survey.findings import Findings
from hnp_etl.survey.key_guess import level_named
from hnp_etl.survey.label_draft import DRAFTED
from hnp_etl.survey.masking import shown_key, shown_place
from hnp_etl.survey.names import NOT_SIMILAR
from hnp_etl.survey.private_page import PRIVATE_PAGE
from hnp_etl.survey.table_draft import are_rsna
from hnp_etl.survey.tables import many
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL, Kind, Reason

_NAMED = f"--private DIR names them in DIR/{PRIVATE_PAGE}"


def advice(findings: Findings, *, recipe: str | None) -> Iterator[str]:
    """Yield what to do next, a line each; what was done is not advised again.

    Args:
        findings: what was found.
        recipe: name of the file that the drafted recipe was written to, or that was given.
    """
    tellers = (_before, _about_folders, _about_labels, _about_people, _about_discs)
    steps = [*(step for tell in tellers for step in tell(findings)), *_recipe(recipe)]
    for number, step in enumerate(steps, 1):
        yield f"{number}. {step}"


def _before(findings: Findings) -> Iterator[str]:
    if closed := sum(row.files for row in findings.archives if row.outcome not in (READ, BESIDE)):
        yield f"{many(closed, 'archive')} could not be read: what to do stands above; survey again"
    if findings.others.holding_dicom:
        yield "files with DICOM in them are ignored by their names: give them the suffix .dcm"
    if not findings.count(Kind.IMAGE):
        yield "no image was met (.dcm, .dicom, .ima, no suffix, a number): is SRC the right folder?"
    elif not any(row.outcome == "wanted" for row in findings.series):
        where = (
            "outcomes above and at [selection] in the recipe"
            if findings.series
            else "reasons above"
        )
        yield f"no image is wanted: look at the {where}"
    foreign = sum(n for _, reason, n in findings.refusals if reason is Reason.NOT_DICOM)
    headerless = findings.draft.recipe.limits.headerless
    if 2 * foreign > findings.count(Kind.IMAGE) and not headerless:
        yield "most images are no DICOM; if only the preamble lacks, set [limits] headerless = true"
    unreadable = sum(n for _, reason, n in findings.refusals if reason is Reason.UNREADABLE)
    if unreadable:
        yield (
            f"{unreadable:,} files or folders could not be read: check permissions and the share; "
            f"{_NAMED}"
        )


def _about_folders(findings: Findings) -> Iterator[str]:
    for each in findings.named.copies:
        yield (
            f"{shown_place(each.hospital)}: {each.images:,} images of one folder lie in another "
            f"too: leave one out with --exclude PATTERN; {_NAMED}"
        )
    of_many = findings.draft.recipe.label.origin.module is not None  # a table is of no hospital
    kinds = {Kind.IMAGE} if of_many else {Kind.IMAGE, Kind.LABEL}
    met = [place for place in findings.places if place.kind in kinds]
    unknown = sum(place.files for place in met if place.hospital == UNKNOWN_HOSPITAL)
    if 0 < unknown < sum(place.files for place in met):
        yield f"{unknown:,} files lie in folders that tell no hospital; {_NAMED}"


def _about_labels(findings: Findings) -> Iterator[str]:
    if not findings.keys.labels:
        if findings.draft.recipe.label.source not in DRAFTED:
            return
        if met := findings.count(Kind.LABEL):
            yield f"none of {met:,} labels could be read: look at the reasons above"
        elif findings.others.tables:
            yield (
                f"no JSON label was met; tables (.csv, .xlsx): {findings.others.tables:,}; "
                + _about_tables(findings)
            )
        elif findings.count(Kind.IMAGE):
            yield "no label was met: ask where they are (a table, another folder)"
        return
    wanted = sum(row.images for row in findings.series if row.outcome == "wanted")
    if findings.unpaired_wanted:
        told = (each for each in findings.unpaired.differences if each != NOT_SIMILAR)
        difference = next(told, None)
        yield f"{findings.unpaired_wanted:,} of {wanted:,} wanted images have no label" + (
            f"; commonest among the labels left over: {difference}" if difference else ""
        )
    if findings.others.tables:
        yield (
            f"tables (.csv, .xlsx) are met too: {findings.others.tables:,}; if they hold the "
            "labels, start from `hnp-etl recipes generic`"
        )
    if refused := findings.outcomes.get(Reason.LABEL_REJECTED):
        yield f"{refused:,} wanted images have a label that is refused: see the reasons above"


def _about_tables(findings: Findings) -> str:
    if are_rsna(findings.tables):
        return "they are those of RSNA 2024: build with --recipe rsna-2024"
    return "if they hold labels, start from `hnp-etl recipes generic`, or from rsna-2024"


def _about_people(findings: Findings) -> Iterator[str]:
    for row in findings.identity:
        if row.source == "study" and row.slices and findings.draft.recipe.identity.patient:
            yield (
                f"{row.hospital}: no patient value in every slice, so each study counts as a "
                "person: ask for a patient number"
            )


def _about_discs(findings: Findings) -> Iterator[str]:
    for key in findings.keys.keys:
        if len({name for value in key.values if (name := level_named(value))}) > 1:
            yield f"`{shown_key(key.path)}` lists discs by name: recipes read discs as keys only"
    if findings.codes.slices and findings.codes.absent is None:
        yield "find out how a label says which disc its slice shows: else no slice is accepted"


def _recipe(recipe: str | None) -> Iterator[str]:
    if recipe is None:
        yield "draft a recipe: the same command with --write-recipe FILE"
        return
    yield f"open {recipe}: check each of its lines that say CHECK against the data guide"
    yield f"hnp-etl build-manifest SRC --out OUT --recipe {recipe}"
