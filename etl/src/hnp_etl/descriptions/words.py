"""The words of series descriptions and what each means.

Taken from the protocol names of Siemens, GE, Philips, Canon, Hitachi and United Imaging, and
from how radiographers write planes in fifteen languages. Read by `series_text`.
"""

from enum import StrEnum

from hnp_etl.descriptions.vertebrae import WITH_T1_OR_T2
from hnp_etl.imaging import Plane, Weighting


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
    DOUBT = "not plain T2"  # an inversion of unknown time, or more than one echo
    GLUE = "nothing"  # known so that "T2tseSMFOV" can be taken apart


Meaning = Plane | Weighting | Mark

WORDS: dict[Meaning, str] = {  # ~ stands for any ending
    Plane.AXIAL: """ax axi axial~ axiaal aks aksial~ aksjal~ aksiye~ aksiya~ assiale axob axia
        obax oax oaxi oaxial transax~ tra trs tran trans otra otrs otrans transv~ tranvers~
        trasv~ poprzeczn~ osiow~ акс аксиал~ попереч~ трансвер~ 축상 횡단 횡축 轴位 軸位 横断
        横轴 横軸 水平 轴状""",
    Plane.SAGITTAL: "sag sagi sagit~ sagg~ sg osag osagit~ strzalk~ саг сагит~ 시상 矢状",
    Plane.CORONAL: """cor coronal~ coronaal koronal~ koronar~ coronar coronair coron corona
        ocor ocoronal frontal frontale czolow~ кор корон~ фронтал~ 관상 冠状""",
    Weighting.T1: """t1 t1w t1wi tiw tiwi mprage bravo vibe vibrant lava twist thrive ethrive
        spgr fspgr""",
    Weighting.T2: "t2 t2w t2wi mrcp",
    Weighting.PD: "pd pdw pdwi dp",
    Weighting.STIR: "stir",
    Weighting.FLAIR: "flair darkfluid",
    Weighting.DWI: """dwi dwibs diff diffus~ difus~ dti tensor trace tracew ivim dki resolve
        bvalue calcbval adc 확산 弥散 扩散 拡散""",
    Weighting.OTHER: """t2star tof mra mrv angio angiogr~ inhance venogr~ tricks trufi
        truefisp fisp trufisp fiesta ciss cosmic hyce psif ssfp bssfp bffe btfe balanced dess
        de3d ci3d tfi2d tfi3d medic me2d me3d merge mffe adage basg swi qsm swan venobold bold
        fmri asl pcasl perf perfus~ dsc mrs svs csi spectro~ cine pca qflow csfflow myelo
        myelogr~ mrm msme mre map maps mapping fieldmap rho dir""",
    Mark.GRADIENT: """gre fgre fgr mgre megre efgre mefgre qgre mpgr gradient gradiente eg fe
        hemo grass rssg sarge ffe tfe flash fl2d fl3d tfl tfl2d tfl3d fe2d fe3d""",
    Mark.INVERSION: "tirm tir trim irfse irtse fseir tseir fir fmpir",
    Mark.EPI: "ep2d epi",
    Mark.FAT: """fs fsat fatsat satfat fatsep spair spir aspir chess proset waterex wfs water
        waterfat we w 지방억제 지방소거 脂肪抑制 抑脂 压脂 脂抑""",
    Mark.LOCALIZER: """loc locs locator localiz~ localis~ lokaliz~ lokalis~ scout~ scano
        scanogr~ survey~ surview pilot pilots tripilot threeplane triplanar planung~
        positionier~ topogr~ reperage cal calib calibr~ autoalign ubersicht~ loca refscan shim
        shim2d prescan planscan smartprep tracker carebolus 위치결정 counting""",
    Mark.DERIVED: """posdisp screenshot mip minip maxip mpr mpvr reformat~ recon rekon~
        mobiview comp compos~ stitch~ sub subtract~ subtrakt~ proj projected projection pjn
        collapse curved cpr vrt render~ processed merged pasted montage registered coreg~ rfmt
        resampl~ segmentation segmented calc calculated computed adc calcbval colfa map maps
        mapping filt derived report synthetic fat fatfrac~ pdff waterfat outphase f ff op opp out
        cropped volser summary pei ttp""",
    Mark.SPIN_ECHO: "se fse tse frfse tser irfse",
    Mark.DOUBT: "ir spcir spaceir dualecho multiecho mese grase tgse",
    Mark.DIXON: "dixon mdixon flex ideal wfi wfs",
    Mark.GLUE: """2d 3d iso spc space cube vista blade prop rst ssh haste sms warp drive clear
        mv hr hi res sm fov sfov smfov ob obl mm gd ce post pre cs sense dyn weighted bh fb dfc
        mix smart inphase in ip aa rr axila para 면 단면 영상 강조 조영 증강 요추 경추 흉추 面
        位 断 像 画像 断面 强 强调 強調 加权 增强 平扫 扫描 造影 単純 腰椎 颈椎 頸椎 胸椎""",
}

SILENT: frozenset[Meaning] = frozenset({Mark.DOUBT, Mark.SPIN_ECHO, Mark.DIXON, Mark.GLUE})
"""Meanings that only help others; no evidence of anything."""

DIXON_PARTS = frozenset(["w", "f", "ff", "in", "ip", "op", "opp", "out"])
"""Words for the parts of a Dixon series, and for nothing anywhere else ("T2 W")."""

ALONE = DIXON_PARTS | frozenset(
    ["tr", "sub", "cal", "we", "eg", "fe", "ir", "axia", "coron", "corona"]
)
"""Words too short to be found inside a longer run."""

MISSPELT = ("axial", "sagittal", "coronal", "transverse", "transversal")
"""Planes also known with one letter lost, added, changed or moved."""

LETTERS = {"tmm": Plane.AXIAL, "smm": Plane.SAGITTAL, "cmm": Plane.CORONAL, "tr": Plane.AXIAL}
"""Planes told by the letter at a slice thickness or by "TR": believed where no word tells one."""

_ = "[ _.-]?"
PHRASES: dict[str, str] = {  # whole words of the text -> a word of the grammar, in this order
    WITH_T1_OR_T2: "",
    rf"t[rei][ :=_]{{0,2}}\d+(?:ms)?|tr{_}/{_}te": "",  # a time
    rf"tr{_}(?:fse|tse)(?:2d|3d)?": "fse",  # TR-FSE is a sequence
    r"(?<=t2[ _.-])ge|ge(?=[ _.-]t2)": "gre",  # right beside the weighting it is no maker
    rf"e[ck]h?o{_}(?:de )?gradient[a-z]*": "gre",
    rf"(?:dual|double|doble|doppel){_}e[ck]h?o": "dualecho",
    rf"(?:multi{_}|\d{{1,2}}{_})e[ck]h?o(?:es|s)?": "multiecho",
    rf"t1w?{_}mpr": "t1 mprage",  # here MPR is no reformat
    rf"t2{_}star(?:w|wi)?": "t2star",
    rf"dark{_}fluid|da-fl|fluid{_}att?en[a-z]*": "darkfluid",
    rf"(?:fat|fett){_}(?:sat|sup|sep|ges|unt)[a-z]*": "fatsat",
    rf"(?:sat|sup)[a-z]{{0,8}}{_}(?:fat|graisse|grasa|gordura|grasso)": "fatsat",
    r"(?:non?|w/?o|without|ohne|sans|sin|senza)[ _.-]{0,2}(?:fs|fatsat)": "",
    rf"(?:water|w){_}/{_}(?:fat|f)": "waterfat",
    rf"water{_}exc?[a-z]*": "waterex",
    rf"in{_}phase(?=:)": "computed",  # GE's Flex names all four images so, and computes them
    rf"in{_}ph(?:ase)?": "inphase",
    rf"(?:out|op|opp|opposed){_}(?:of{_})?ph(?:ase)?": "outphase",
    rf"apparent{_}diffusion|average{_}dc": "adc",
    rf"csf{_}flow": "csfflow",
    rf"proton{_}den[a-z]*|den[a-z]{{2,8}}{_}(?:de )?proton[a-z]*": "pd",
    rf"ir{_}(?:fse|tse)|(?:fse|tse){_}ir": "irfse",
    rf"(?:3|three|tri){_}pl(?:an|ane|anes)?|[stc]/[stc]/[stc]|tsc": "threeplane",
    r"b[ =_-]?[1-9]\d{0,2}0": "bvalue",
    rf"screen{_}(?:save|shot|cap)[a-z]*|secondary{_}capture|key{_}images?": "screenshot",
    rf"ref[a-z]*{_}scan|sense{_}ref|coil{_}(?:sens|cal)[a-z]*": "refscan",
    rf"(?:flow|motion){_}comp[a-z]*|sub-?\d+|recon{_}dl|dl{_}recon": "",
    r"col(?=:)": "collapse",
    r"from s\d+|\(\d[\d/.]+\) ?- ?\(\d[\d/.]+\)": "computed",  # other series are named
    rf"(?<=dwi[ _.-])masks?|(?:tumou?r|lesion|roi){_}masks?": "segmented",
    r"\d{1,2} ?mm ?[(/_-]?t(?:/?c)?|t\d{1,2}(?:\.\d)?mm": "tmm",
    r"\d{1,2} ?mm ?[(/_-]?s(?:/?c)?|s\d{1,2}(?:\.\d)?mm": "smm",
    r"\d{1,2} ?mm[(/_-]?c|c\d{1,2}(?:\.\d)?mm": "cmm",  # "5mm C" is contrast
}
