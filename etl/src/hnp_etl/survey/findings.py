"""All that a survey found, as one record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from hnp_etl.building.timing import Stages
from hnp_etl.protocols.acquisitions import Acquisitions
from hnp_etl.recipes.label_table import Meaning
from hnp_etl.recipes.recipe import Recipe
from hnp_etl.state.counts import Place
from hnp_etl.survey.archives import ArchiveRow
from hnp_etl.survey.code_pattern import CodePattern
from hnp_etl.survey.images import IdentityRow, SeriesRow
from hnp_etl.survey.label_keys import KeyProfile, LabelKeys
from hnp_etl.survey.masking import shown_key, shown_place
from hnp_etl.survey.names import Unpaired
from hnp_etl.survey.others import OtherFiles
from hnp_etl.survey.private_page import NamedFolders
from hnp_etl.survey.table_sheet import TableSheet
from hnp_shared.notices import Notice
from hnp_shared.vocabulary import Kind, Reason


@dataclass(frozen=True, slots=True)
class Draft:
    """A recipe and what a person must check in it.

    Attributes:
        checks: dotted key -> what is uncertain about it.
        hidden_codes: values in disc cells that are not shown and so not in the recipe.
        unmet_codes: codes of the recipe to begin with that no label has, so not in this one.
        refused: label keys left out, as shown -> in how many labels they disagree with another.
    """

    recipe: Recipe
    checks: Mapping[str, str]
    hidden_codes: int
    unmet_codes: Mapping[str, Meaning]
    refused: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Findings:
    """What a survey found.

    Attributes:
        files: met, in all.
        excluded: files left out by a pattern, not among these.
        named: folders by name, which only the private page may show.
        unopened: files of procedures that the recipe does not list.
        notices: what does not fit in whose the slices of such a build would be.
        outcomes: what a build with the drafted recipe would make of the images before decoding.
        acquired: how the slices that the header lets pass were acquired.
        read: files that were opened in this run.
        garbled: names of folders that tell something only once they are read as Korean.
        idle_patterns: those of `layout.exclude`, by number from 1, that no path fitted.
    """

    files: int
    places: tuple[Place, ...]
    excluded: int
    unopened: int
    others: OtherFiles
    archives: tuple[ArchiveRow, ...]
    named: NamedFolders
    refusals: tuple[tuple[Kind, Reason, int], ...]
    series: tuple[SeriesRow, ...]
    keys: LabelKeys
    encodings: tuple[tuple[str, int], ...]
    codes: CodePattern
    steps: Mapping[str, int]
    unpaired: Unpaired
    unpaired_wanted: int
    identity: tuple[IdentityRow, ...]
    notices: tuple[Notice, ...]
    outcomes: Mapping[str, int]
    draft: Draft
    acquired: Acquisitions
    read: int
    stages: Stages
    tables: tuple[TableSheet, ...] = ()
    garbled: int = 0
    idle_patterns: Sequence[int] = ()

    def count(self, kind: Kind) -> int:
        """Return how many files of a kind were met."""
        return sum(place.files for place in self.places if place.kind is kind)

    def to_json(self) -> dict[str, object]:
        """Return the findings as plain values."""
        return {
            "files": self.files,
            "files_read": self.read,
            "excluded": self.excluded,
            "unopened": self.unopened,
            "garbled_folders": self.garbled,
            "places": [_shown_places(asdict(place)) for place in self.places],
            "archives": [asdict(row) for row in self.archives],
            "copies": [
                {"hospital": shown_place(each.hospital), "images": each.images}
                for each in self.named.copies
            ],
            "others": asdict(self.others),
            "refusals": [
                {"kind": kind, "reason": reason, "files": files}
                for kind, reason, files in self.refusals
            ],
            "series": [asdict(row) for row in self.series],
            "labels": self._labels_json(),
            "tables": [_table_json(each) for each in self.tables],
            "codes": {**asdict(self.codes), "suggests": self.codes.sentence()},
            "pairing": {
                "steps": dict(self.steps),
                "unpaired_wanted_images": self.unpaired_wanted,
                **asdict(self.unpaired),
            },
            "identity": [_shown_places(asdict(row)) for row in self.identity],
            "notices": [notice.to_json() for notice in self.notices],
            "outcomes": dict(self.outcomes),
            "recipe": self.draft.recipe.model_dump(mode="json"),
            "check": dict(self.draft.checks),
            "stages": [asdict(stage) for stage in self.stages.done],
        }

    def _labels_json(self) -> dict[str, object]:
        return {
            "labels": self.keys.labels,
            "keys": [_key_json(each) for each in self.keys.keys],
            "rare_keys": self.keys.rare,
            "left_out": dict(self.draft.refused),
            "encodings": dict(self.encodings),
        }


def _shown_places(row: dict[str, object]) -> dict[str, object]:
    """Return a row with what its path tells as it may be shown."""
    told = {name: row[name] for name in ("hospital", "procedure", "partition") if row.get(name)}
    return {**row, **{name: shown_place(str(each)) for name, each in told.items()}}


def _table_json(sheet: TableSheet) -> dict[str, object]:
    """Return what is told of a sheet: no lines, and names of columns as keys are shown."""
    return {
        "table": sheet.number,
        "sheet": sheet.sheet,
        "lines": len(sheet.lines),
        "header_line": sheet.header_line,
        "columns": [shown_key((name,)) for name in sheet.columns],
        "image": sheet.key,
        "level": sheet.level,
        "code": sheet.code,
        "discs": list(sheet.discs),
        "naming_images": round(sheet.naming, 4),
        "refused": sheet.refused,
    }


def _key_json(profile: KeyProfile) -> dict[str, object]:
    return {
        "key": shown_key(profile.path),
        "field": profile.guess.field if profile.guess else None,
        "labels": profile.labels,
        "hospitals": {
            shown_place(name): round(share, 4) for name, share in profile.hospitals.items()
        },
        "types": dict(profile.types),
        "values": dict(profile.values),
        "hidden_values": profile.hidden,
    }
