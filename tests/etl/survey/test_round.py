"""Unknown tree -> survey -> recipe with its CHECK lines confirmed -> build: exactly the truth."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from etl.trees import KEY
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.phantom import LabelStyle, PhantomConfig, Trap, TreeLayout, write_phantom
from hnp_etl.private.linkage import read_linkage
from hnp_etl.recipes.loading import load_recipe, parse_recipe
from hnp_etl.survey import SurveyConfig, recipe_text, survey
from hnp_etl.walking.paths import nfc
from hnp_shared.vocabulary import MAX_AGE_YEARS

SERIAL = SerialExecutor()
CODES = {1: "normal", 2: "patient", 3: "patient", 4: "patient", 5: "patient", 6: "absent"}


@dataclass(frozen=True)
class Variant:
    """A tree, and what the data guide would say about it."""

    layout: TreeLayout
    style: LabelStyle = LabelStyle.DEFAULT
    traps: frozenset[Trap] = frozenset()
    confirmed: dict[str, str] = field(default_factory=dict)
    code_of: dict[int, str] = field(default_factory=lambda: {code: str(code) for code in CODES})
    hospital_of: str = "{}"

    @property
    def patients(self) -> int:
        """As few as show the variant: the fifth is in validation, six come from all hospitals."""
        return (
            6 if self.style is LabelStyle.DEFAULT else 5 if self.layout is TreeLayout.SITES else 2
        )


def variant(layout: TreeLayout, style: LabelStyle, *traps: Trap, **more: object) -> Variant:
    return Variant(layout, style, frozenset(traps), **more)  # type: ignore[arg-type]  # by name


L, S, T = TreeLayout, LabelStyle, Trap
SHIFTED = {f"{1 if code == 6 else code + 1}": f'"{word}"' for code, word in CODES.items()}
LETTERS = {"ABCDE"[code - 1]: f'"{CODES[code]}"' for code in range(1, 6)}

VARIANTS = {
    "as published": variant(L.AIHUB, S.DEFAULT),
    "side by side, nested": variant(L.FLAT, S.NESTED),
    "2021, CP949": variant(L.KOREAN_2021, S.CP949),
    "2022, a list of one": variant(L.KOREAN_2022, S.LIST),
    "2023, BOM": variant(L.KOREAN_2023, S.BOM),
    "slips and patches, text": variant(L.KOREAN_ODD, S.TEXT),
    "NFD names, UTF-16": variant(L.NFD, S.UTF16),
    "sites, no procedure, two spellings": variant(L.SITES, S.TWICE, hospital_of="site-{0[2]}"),
    "a folder a patient, no suffix": variant(L.BARE, S.DEFAULT),
    "other codes": variant(
        L.AIHUB, S.SHIFTED, confirmed=SHIFTED, code_of={code: f"{code + 1}" for code in range(1, 6)}
    ),
    "letters, empty cells, other keys": variant(
        L.SITES,
        S.LETTERS,
        confirmed=LETTERS,
        code_of=dict(enumerate("ABCDE", 1)),
        hospital_of="site-{0[2]}",
    ),
    "sex as numbers": variant(L.AIHUB, S.SEX_NUMBERS, confirmed={"1": '"M"', "2": '"F"'}),
    "canal in cm": variant(L.FLAT, S.CENTIMETRES),
    "no patient number": variant(L.KOREAN_2022, S.NO_PATIENT),
    "several codes": variant(
        L.FLAT, S.SEVERAL, code_of={1: "1", **{c: f"1,{c}" for c in (2, 3, 4, 5)}}
    ),
    "decades": variant(L.AIHUB, S.DECADES),
    "orphans and junk": variant(L.AIHUB, S.DEFAULT, T.ORPHANS, T.JUNK),
    "copies of labels": variant(L.KOREAN_2021, S.DEFAULT, T.COPIES),
    "corrected labels": variant(L.AIHUB, S.DEFAULT, T.PATCHED),
    "labels under other names": variant(L.KOREAN_2023, S.NESTED, T.RENAMED),
}


def confirm(text: str, confirmed: dict[str, str]) -> str:
    """Return a drafted recipe as one leaves it who knows the truth: only CHECK lines change."""
    lines, section = [], ""
    for line in text.splitlines():
        section = line if line.startswith("[") else section
        key = line.partition(" = ")[0].strip('"')
        wanted = (
            "[label.sex_values]" if confirmed.get(key, "")[1:2] in {"M", "F"} else "[label.codes]"
        )
        if "# CHECK" in line and key == "confirmed":
            lines.append("confirmed = true")
        elif "# CHECK" in line and section == wanted and key in confirmed:
            lines.append(f"{line.partition(' = ')[0]} = {confirmed[key]}")
        else:
            lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("name", VARIANTS)
def test_survey_recipe_and_build_give_exactly_the_truth(name: str, tmp_path: Path) -> None:
    what = VARIANTS[name]
    src = tmp_path / "disk"
    write_phantom(
        PhantomConfig(src, what.patients, 3, what.layout, what.style, traps=what.traps, matrix=32)
    )
    (tmp_path / "private").mkdir()
    start = load_recipe("aihub-dld")
    findings = survey(SurveyConfig((src,), start), tmp_path / "private", executor=SERIAL)
    recipe = parse_recipe(confirm(recipe_text(findings), what.confirmed), "draft")
    (tmp_path / "key").write_bytes(KEY)
    config = BuildConfig((src,), tmp_path / "out", tmp_path / "private", recipe, tmp_path / "key")
    report = build(config, executor=SERIAL)
    assert recipe.confirmed
    assert found_in(config) == truth_of(src, what)
    assert findings.outcomes["accepted"] == report.info.states["accepted"]


def found_in(config: BuildConfig) -> dict[str, tuple[object, ...]]:
    rows = pd.read_parquet(config.out / "manifest.parquet").set_index("slice_id")
    found: dict[str, tuple[object, ...]] = {}
    for link in read_linkage(config.private):
        row: Any = rows.loc[link.slice_id]
        found[link.path.removeprefix("disk/")] = (
            *(row.hospital, row.level_name, row.label_code, bool(row.is_patient), row.sex),
            *(float(row.age), round(float(row.canal_width_mm), 1)),
        )
    assert len(found) == len(rows)
    return found


def truth_of(src: Path, what: Variant) -> dict[str, tuple[object, ...]]:
    with src.with_name("disk.truth.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        nfc(row["path"]): (
            what.hospital_of.format(row["hospital"]),
            row["level"],
            what.code_of[int(row["label_code"])],
            row["is_patient"] == "1",
            row["sex"],
            age_of(int(row["age"]), what.style),
            round(float(row["canal_width_mm"]), 1),
        )
        for row in rows
    }


def age_of(years: int, style: LabelStyle) -> float:
    middle = years // 10 * 10 + 5 if style is S.DECADES else years
    return float(min(middle, MAX_AGE_YEARS))
