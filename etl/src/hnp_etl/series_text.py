"""What a series description or protocol name says: plane, weighting, and what it is unfit for.

PHRASES rewrites what takes more than one word ("fat sat", "5mm(S)") to one word of the grammar.
The text is then cut into runs of letters and digits; a run counts only if grammar words make it up
from end to end: "T2tseSMFOV" does, "Traxler" does not. WORDS says what each word means.
Only grammar words leave this module, never a piece of the text itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hnp_etl.imaging import Plane, Weighting
from hnp_etl.region_text import folded

TIMES = "TR/TE"
"""Evidence for a weighting told by two times; the numbers themselves are not shown."""


class Mark(StrEnum):
    """What a word can mean beside a plane or a weighting."""

    FAT = "fat suppressed"
    LOCALIZER = "localizer"
    DERIVED = "derived"
    GRADIENT = "gradient echo"  # T1 if the text says T1, else T2* or the like
    INVERSION = "inversion"  # STIR unless the text says T1 or FLAIR
    EPI = "echo planar"  # diffusion unless the text says BOLD or perfusion
    SPIN_ECHO = "spin echo"  # gives two numbers a meaning
    DIXON = "dixon"  # gives DIXON_PARTS a meaning
    GLUE = "nothing"  # known so that "T2tseSMFOV" can be taken apart


Meaning = Plane | Weighting | Mark

WORDS: dict[Meaning, str] = {  # ~ stands for any ending
    Plane.AXIAL: """ax axi axial axials axiale axiales axiaal aksial aksjal~ aksiyel assiale axob
        obax oax oaxi oaxial transaxial tra trs tran trans otra otrs otrans transv
        transvers~ trasvers~ poprzeczn~ osiow~
        축상 축상면 횡단 횡단면 轴位 横断 横断位 横断面 軸位""",
    Plane.SAGITTAL: "sag sagi sagit~ sg osag osagit~ strzalk~ 시상 시상면 矢状 矢状位 矢状面",
    Plane.CORONAL: """cor coronal coronale coronales coronaal koronal koronar coronar ocor ocoronal
        frontal frontale czolow~ 관상 관상면 冠状 冠状位 冠状面""",
    Weighting.T1: "t1 t1w t1wi tiw tiwi mprage bravo vibe lava thrive ethrive spgr fspgr",
    Weighting.T2: "t2 t2w t2wi",
    Weighting.PD: "pd pdw pdwi dp",
    Weighting.STIR: "stir",
    Weighting.FLAIR: "flair darkfluid",
    Weighting.DWI: """dwi dwibs diff diffus~ difus~ dti tensor trace tracew ivim dki resolve
        bvalue calcbval adc 확산""",
    Weighting.OTHER: """t2star tof mra mrv mrcp angio angiogr~ inhance venogr~ trufi truefisp fisp
        trufisp fiesta ciss cosmic hyce psif ssfp bssfp bffe balanced dess medic me2d merge mffe
        swi swan venobold bold fmri asl pcasl perf perfus~ dsc mrs svs csi spectro~ cine myelo
        myelogr~ mrm msme mre map maps mapping fieldmap rho dir""",
    Mark.GRADIENT: "gre fgre fgr gradient grass ffe tfe flash fl2d fl3d fe2d fe3d",
    Mark.INVERSION: "tirm tir trim irfse irtse fseir tseir fir",
    Mark.EPI: "ep2d epi",
    Mark.FAT: """fs fsat fatsat satfat fatsep spair spir aspir chess proset waterex wfs water
        waterfat w 지방억제 지방소거""",
    Mark.LOCALIZER: """loc locs locator localiz~ localis~ lokaliz~ lokalis~ scout~ scano scanogr~
        survey~ surview pilot pilots tripilot threeplane topogr~ reperage cal calib calibr~ refscan
        shim shim2d prescan planscan smartprep tracker carebolus 위치결정""",
    Mark.DERIVED: """posdisp screenshot mip minip maxip mpr mpvr reformat~ recon rekon~ mobiview
        comp compos~ stitch~ sub subtract~ subtrakt~ proj projected projection pjn collapse curved
        cpr vrt render~ processed adc calcbval colfa map maps mapping filt derived report
        synthetic water fat waterfat inphase outphase w f in ip op opp out""",
    Mark.SPIN_ECHO: "se fse tse frfse tser irfse",
    Mark.DIXON: "dixon mdixon flex ideal wfi wfs",
    Mark.GLUE: """2d 3d iso spc space cube vista blade prop rst ssh haste sms warp drive clear mv
        hr hi res sm fov sfov smfov ob obl mm gd ce post pre cs sense dyn weighted bh fb dfc mix
        smart aa 면 영상 강조 강조영상 조영""",
}

SILENT: frozenset[Meaning] = frozenset({Mark.SPIN_ECHO, Mark.DIXON, Mark.GLUE})
"""Meanings that only help others; no evidence of anything."""

DIXON_PARTS = frozenset(["w", "f", "in", "ip", "op", "opp", "out"])
"""Words for the parts of a Dixon series, and for nothing anywhere else ("T2 W")."""

ALONE = DIXON_PARTS | frozenset(["tr", "sub", "cal"])
"""Words too short to be found inside a longer run."""

LETTERS = {"tmm": Plane.AXIAL, "smm": Plane.SAGITTAL, "cmm": Plane.CORONAL, "tr": Plane.AXIAL}
"""Planes told by the letter at a slice thickness or by "TR": believed where no word tells one."""

_ = "[ _.-]?"
PHRASES: dict[str, str] = {  # whole words of the text -> a word of the grammar, in this order
    r"[ct]\d{1,2} ?- ?t\d{1,2}": "",  # C7-T1: vertebrae, not a weighting
    rf"t[rei][ :=_]{{0,2}}\d+(?:ms)?|tr{_}/{_}te": "",  # a time
    rf"tr{_}(?:fse|tse)(?:2d|3d)?": "fse",  # TR-FSE is a sequence
    r"(?<=t2[ _.-])ge": "gre",  # right behind the weighting it is no maker
    rf"t1w?{_}mpr": "t1 mprage",  # here MPR is no reformat
    rf"t2{_}star(?:w|wi)?": "t2star",
    rf"dark{_}fluid|fluid{_}att?en[a-z]*": "darkfluid",
    rf"(?:fat|fett){_}(?:sat|sup|sep|ges|unt)[a-z]*": "fatsat",
    rf"(?:sat|sup)[a-z]{{0,8}}{_}(?:fat|graisse|grasa|gordura|grasso)": "fatsat",
    r"(?:non?|w/?o|without|ohne|sans|sin|senza)[ _.-]{0,2}(?:fs|fatsat)": "",
    rf"(?:water|w){_}/{_}(?:fat|f)": "waterfat",
    rf"water{_}exc?[a-z]*": "waterex",
    rf"in{_}ph(?:ase)?": "inphase",
    rf"(?:out|op|opp|opposed){_}(?:of{_})?ph(?:ase)?": "outphase",
    rf"apparent{_}diffusion": "adc",
    rf"proton{_}den[a-z]*|den[a-z]{{2,8}}{_}(?:de )?proton[a-z]*": "pd",
    rf"ir{_}(?:fse|tse)|(?:fse|tse){_}ir": "irfse",
    rf"(?:3|three|tri){_}pl(?:an|ane|anes)?|[stc]/[stc]/[stc]|tsc": "threeplane",
    r"b[ =_-]?[1-9]\d{0,2}0": "bvalue",
    rf"screen{_}(?:save|shot|cap)[a-z]*|secondary{_}capture|key{_}images?": "screenshot",
    rf"ref[a-z]*{_}scan|sense{_}ref|coil{_}(?:sens|cal)[a-z]*": "refscan",
    rf"(?:flow|motion){_}comp[a-z]*|sub-?\d+|recon{_}dl|dl{_}recon": "",
    r"col(?=:)": "collapse",
    r"\d{1,2} ?mm ?[(/_-]?t(?:/?c)?|t\d{1,2}(?:\.\d)?mm": "tmm",
    r"\d{1,2} ?mm ?[(/_-]?s(?:/?c)?|s\d{1,2}(?:\.\d)?mm": "smm",
    r"\d{1,2} ?mm[(/_-]?c|c\d{1,2}(?:\.\d)?mm": "cmm",  # "5mm C" is contrast
}

RULES: tuple[tuple[set[Meaning], Weighting | None], ...] = (  # the first whose words are all there
    ({Weighting.DWI}, Weighting.DWI),
    ({Weighting.OTHER}, Weighting.OTHER),
    ({Mark.EPI}, Weighting.DWI),
    ({Weighting.STIR}, Weighting.STIR),
    ({Weighting.T1, Weighting.T2}, None),
    ({Weighting.T1, Weighting.PD}, None),
    ({Weighting.T1}, Weighting.T1),
    ({Weighting.FLAIR}, Weighting.FLAIR),
    ({Mark.INVERSION}, Weighting.STIR),
    ({Mark.GRADIENT}, Weighting.OTHER),
    ({Weighting.T2, Weighting.PD}, None),  # a double echo: one series, both weightings
    ({Weighting.T2}, Weighting.T2),
    ({Weighting.PD}, Weighting.PD),
)

_MEANS: dict[str, set[Meaning]] = {}
for _meaning, _row in WORDS.items():
    for _word in _row.split():
        _MEANS.setdefault(_word.removesuffix("~"), set()).add(_meaning)
_STEMS = tuple(w[:-1] for row in WORDS.values() for w in row.split() if w.endswith("~"))
GRAMMAR = frozenset(_MEANS) | frozenset(LETTERS) | {TIMES}
"""All that evidence can hold."""


def _pattern(word: str) -> str:
    """Return a word as a pattern: a stem takes any ending, "t2" does not begin "t256"."""
    return word + ("[a-z]*" if word in _STEMS else r"(?!\d)" if word[-1].isdigit() else "")


# Longest first and possessive: one word only looks at each character, so time stays linear.
_LONGEST_FIRST = sorted(set(_MEANS) - ALONE, key=len, reverse=True)
_ANY = rf"(?:{'|'.join(map(_pattern, _LONGEST_FIRST))}|[bp]?\d+)"
_WORD = re.compile(_ANY)
_GLUED = re.compile(rf"(?:ee|[desvw](?=t[12]|s[hst]|ad|dw|pd|fl|3))??({_ANY}++)(?:ch?)?")
_HEAD = re.compile(rf"[es]?(?=t[12])({_ANY}++)")
_RUN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
_PHRASES = tuple(
    (re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])"), f" {word} ")
    for pattern, word in PHRASES.items()
)
_TIMES = re.compile(
    r"(?<![\d.-])(?<!\d/)([1-9][0-9]{2,4})/([1-9][0-9]{0,2})(?!\d|/0)"
    r"|tr[ :=_]{0,2}([0-9]{3,5})(?:ms)?[ /,;_]{0,3}te[ :=_]{0,2}([0-9]{1,3})(?!\d)"
    r"|te[ :=_]{0,2}([0-9]{1,3})(?:ms)?[ /,;_]{0,3}tr[ :=_]{0,2}([0-9]{3,5})(?!\d)"
)


@dataclass(frozen=True, slots=True)
class SeriesClues:
    """What the text of one series tells.

    Attributes:
        plane: None when no plane or more than one is told.
        weighting: None when none is told, or two that contradict each other.
        fat_suppressed: fat saturation, inversion, or the water image of a Dixon series.
        localizer: scout, survey, pilot, calibration and the like.
        derived: computed, composed or photographed from other images.
        evidence: the words that told, in order; members of GRAMMAR.
    """

    plane: Plane | None
    weighting: Weighting | None
    fat_suppressed: bool
    localizer: bool
    derived: bool
    evidence: tuple[str, ...]


def read_series_text(text: str) -> SeriesClues:
    """Return what a Series Description or Protocol Name tells."""
    plain = folded(text)
    words = _telling_words(plain)
    said: set[Meaning] = {meaning for word in words for meaning in _MEANS.get(word, ())}
    plane = _plane(words)
    weighting = next((told for needed, told in RULES if needed <= said), None)
    by_times = None
    if weighting is None and Mark.SPIN_ECHO in said and not said & set(Weighting):
        by_times = _weighting_by_times(plain)
    shown = [w for w in words if _MEANS.get(w, SILENT) - SILENT or LETTERS.get(w, "") == plane]
    return SeriesClues(
        plane=plane,
        weighting=weighting or by_times,
        fat_suppressed=Mark.FAT in said or weighting is Weighting.STIR,
        localizer=Mark.LOCALIZER in said,
        derived=Mark.DERIVED in said,
        evidence=(*shown, TIMES) if by_times else tuple(shown),
    )


def _plane(words: tuple[str, ...]) -> Plane | None:
    """Return the one plane that words name or, if none does, that letters name."""
    named = {plane for word in words for plane in Plane if plane in _MEANS.get(word, ())}
    planes = named or {LETTERS[word] for word in words if word in LETTERS}
    return planes.pop() if len(planes) == 1 else None


def _weighting_by_times(plain: str) -> Weighting | None:
    """Return what TR and TE make of a spin echo: "FSE 4000/128" is T2."""
    if not (found := _TIMES.search(plain)):
        return None
    echo_ms, repetition_ms = sorted(int(number) for number in found.groups() if number)
    if repetition_ms >= 1500:
        return Weighting.T2 if echo_ms >= 60 else Weighting.PD if echo_ms <= 40 else None
    return Weighting.T1 if repetition_ms <= 1100 and echo_ms <= 30 else None


def _telling_words(plain: str) -> tuple[str, ...]:
    """Return the grammar's words in the text, each once; DIXON_PARTS only beside Dixon."""
    words = tuple(dict.fromkeys(_words(plain)))
    if any(Mark.DIXON in _MEANS.get(word, ()) for word in words):
        return words
    return tuple(word for word in words if word not in DIXON_PARTS)


def _words(plain: str) -> Iterator[str]:
    plain = re.sub(r"t2w?\*(?:wi?)?", "t2star ", plain)  # no word edge before it: "AXT2*"
    for pattern, word in _PHRASES:
        plain = pattern.sub(word, plain)
    for run in _RUN.findall(plain):
        if run in GRAMMAR:
            yield run
        elif whole := _GLUED.fullmatch(run):
            yield from _apart(whole[1])
        elif head := _HEAD.match(run):  # "t2tseprostate": the weighting is sure, the rest is not
            yield from (word for word in _apart(head[1]) if not _MEANS[word] & set(Plane))


def _apart(glued: str) -> Iterator[str]:
    for piece in _WORD.findall(glued):
        if piece in _MEANS:
            yield piece
        else:
            yield from (stem for stem in _STEMS if piece.startswith(stem))
