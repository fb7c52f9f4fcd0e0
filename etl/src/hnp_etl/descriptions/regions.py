"""Which part of the body a text names: the lumbar spine, another part, or none.

For Body Part Examined, study and series texts. A word counts when place names make it up from end
to end, so "ABDOMENPELVIS" counts and "Headquarters" and "Spinelli" do not.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from hnp_etl.descriptions.vertebrae import NECK_TO_LUMBAR, TO_LUMBAR, UPPER

TEXT_LIMIT = 256
"""Characters read. DICOM allows 64 in such texts; what is longer is no name of anything."""


class Region(StrEnum):
    """Where the images of this project come from, and everywhere else."""

    LUMBAR = "lumbar"
    OTHER = "other"


class Place(StrEnum):
    """What a word can name, the one that decides first; a lumbar word beats every other."""

    LUMBAR = "lumbar"
    WHOLE_SPINE = "whole spine"  # the lumbar part, the neck, and what shows beside them
    SACRUM = "sacrum"
    UPPER_SPINE = "upper spine"  # makes "spine" beside it mean that part: "Colonna cervicale"
    SPINE = "spine"  # alone it includes the lumbar part
    ABOVE = "above"  # head, neck and chest, which a study of the whole spine shows too
    ELSEWHERE = "elsewhere"


WORDS: dict[Place, str] = {  # ~ stands for any ending; the DICOM terms are those of PS3.16 Annex L
    Place.LUMBAR: """lumb lumber lumba~ lumbo~ lomber lombal~ lombar lombare lombari lombaire~
        lombo~ lspine lsspine tlspine lws lwk lendenwirb~ thoracolumb~ thorakolumb~ toracolumb~
        toracolomb~ dorsolumb~ dorsolomb~ ledzwi~ 요추~ 요천추~ 흉요추~ 허리~ 腰~""",
    Place.WHOLE_SPINE: "wholespine gws 전척추~",
    Place.SACRUM: "sspine sacrum sacral sacrococc~ coccyx steissbein kreuzbein 천추~",
    Place.UPPER_SPINE: """cerv thor thorasic cervical cervicale cervicales cervico~ cervicothor~
        zervikal~ servikal cspine ctspine tspine hws bws hwk bwk halswirb~ brustwirb~ thoracic
        thoracique thorakal~ thoracal~ torakal torakalna toracic~ dorsal dorsale dorsales
        szyjn~ piersiow~ 경추~ 흉추~ 경흉추~ 颈椎~ 頸椎~ 胸椎~""",
    Place.SPINE: """spine spinal spinale vertebra vertebrae vertebral vertebrale rachis columna
        coluna colonna wirbelsaule wirbelkorper kregoslup~ omurga 척추~ 척수~ 脊椎~ 脊柱~""",
    Place.ABOVE: """brain head neck skull scalp cranial cranium cranio~ crane craneo schadel
        kopf hirn cerebral cerebro cerebrum cerebell~ cerebelum cerveau encefal~ encephal~ testa
        cabeza circleofwillis sella pituitary hypophys~ hipofis~ iac orbit orbits orbita orbite
        eye eyelid cornea sclera ear nose sinus sinuses face facial cheek jaw mandible maxilla
        zygoma mouth tongue parotid submandibular tmj pharynx larynx thyroid thyroide hals cuello
        collo pescoco carotid carotis
        chest thorax torax lung lungs mediastin~ heart cardiac cardiaque cardio herz corazon coeur
        cuore coronaryartery aorta rib ribs sternum sternoclav~ clavicle axilla breast breasts
        mamma mammo mammae breas~ brust seno esophagus trachea bronchus thymus
        뇌~ 두부~ 두경부~ 두개~ 안면~ 안와~ 측두골~ 경부~ 갑상선~ 흉부~ 심장~ 유방~ 头颅~ 颅脑~""",
    Place.ELSEWHERE: """mrcp enterogr~ urogr~ elastogr~ defecogr~ fetal foetal fetus placenta
        kid liv panc pros prost pel gb ivc shld shldr
        abdomen abdominal abdominale abdo abd oberbauch unterbauch bauch liver leber foie higado
        fegato hepatic gallbladder biliary kidney kidneys renal niere nieren adrenal pancreas
        pankreas spleen milz stomach duodenum jejunum ileum colon bowel ureter
        pelvis pelvic pelvi pelv becken bassin bacino pelwis prostate prostata uterus ovary cervix
        vagina vulva bladder blase urethra rectum rektum testis scrotum penis buttock ilium
        sacroiliac iliosacral isg hip hips hufte huftgelenk hanche cadera quadril anca
        knee knees knie kniegelenk genou rodilla ginocchio joelho kolano patella
        shoulder shoulders schulter schultergelenk epaule hombro spalla ombro humerus
        ankle sprunggelenk cheville tobillo caviglia foot feet fuss pied piede calcaneus toe toes
        hand hands handgelenk wrist poignet muneca polso finger fingers thumb elbow ellbogen
        ellenbogen coude codo gomito arm forearm leg legs thigh oberschenkel unterschenkel femur
        tibia calf extremity
        복부~ 상복부~ 하복부~ 간담도~ 췌장~ 신장 골반~ 전립선~ 자궁~ 난소~ 방광~ 직장~ 천장관절~
        고관절~ 무릎~ 슬관절~ 어깨~ 견관절~ 발목~ 족관절~ 족부~ 손목~ 수부~ 수근~ 완관절~ 팔꿈치~
        주관절~ 대퇴~ 하퇴~ 상완~ 전완~ 턱관절~ 腹部~ 盆腔~ 前列腺~ 膝~ 肩~""",
}
GLUE = "mri mr irm rmn rm aa"
"""Known so that "MRIBRAIN" and "AAHead" can be taken apart."""

_ = "[ ./_,&+-]{0,2}"
_SPINE = r"(?:spines?|sp|wirbels[a-z]*)"
PHRASES: dict[str, str] = {  # whole words of the text -> words of WORDS, in this order
    NECK_TO_LUMBAR: "lspine cspine",
    TO_LUMBAR: "lspine",
    UPPER: "cspine",
    r"(?<=[clt][ ._-])(?:[a-rt-z]pine|spien|sipne|spne)": "spine",  # misspelt
    rf"c{_}(?:(?:d|th?){_})?l(?:{_}s)?{_}{_SPINE}|c[/-]th?[/-]l": "lspine cspine",
    rf"(?:(?:d|th?){_}){{0,2}}l(?:{_}s)?{_}{_SPINE}": "lspine",
    rf"s{_}spine": "sspine",
    rf"(?:c|th?|c{_}(?:d|th?)){_}{_SPINE}|d{_}spine": "cspine",
    rf"(?:whole|total|entire|full|ganze?){_}(?:spine|rachis|ws|wirbels[a-z]*)": "wholespine",
    r"(?:spine|rachis|col(?:umna|una|onna)) (?:total|entier|complet|inte[gi]r)[a-z]*": "wholespine",
}

DECIDES = (
    (Place.LUMBAR, Region.LUMBAR),
    (Place.WHOLE_SPINE, Region.LUMBAR),
    (Place.SACRUM, Region.LUMBAR),
    (Place.UPPER_SPINE, Region.OTHER),
    (Place.SPINE, Region.LUMBAR),
    (Place.ABOVE, Region.OTHER),
    (Place.ELSEWHERE, Region.OTHER),
)
"""The first place that is named decides. "Colonna cervicale" is no lumbar column."""

_PLACES = {word.removesuffix("~"): place for place, row in WORDS.items() for word in row.split()}
_STEMS = tuple(w[:-1] for row in WORDS.values() for w in row.split() if w.endswith("~"))
# Compiled at first use, by the cache of `re`: who never meets a text never pays for it.
# Longest first and possessive: each character is looked at by one word only, so time stays linear.
_ANY = "|".join(
    word + (r"[^\W\d_]*" if word in _STEMS else "(?:s(?![a-z]))?")
    for word in sorted({*_PLACES, *GLUE.split()}, key=len, reverse=True)
)
_GLUED = rf"(?:{_ANY})++"
# "l5" of "l5-s1", and any other script by itself: "요추" of "l요추".
_RUN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")
_PHRASES = tuple(
    (rf"(?<![a-z0-9+])(?:{pattern})(?![a-z0-9])", f" {word} ")  # "+C" is contrast
    for pattern, word in PHRASES.items()
)


@lru_cache(maxsize=4096)
def named_region(text: str) -> Region | None:
    """Return what a body part, study or series text names; LUMBAR if it names both.

    >>> [str(named_region(text)) for text in ("L-Spine", "요추 MRI", "C-SPINE", "T2 TSE")]
    ['lumbar', 'lumbar', 'other', 'None']
    """
    places = _named_places(text)
    return next((region for place, region in DECIDES if place in places), None)


def outweighs(text: str, body_part: str) -> bool:
    """Tell whether a text names the lumbar spine, and not also what Body Part Examined names.

    Scanners write the part that a protocol was made for; only a study of both is told apart by it,
    as is one of the whole spine, to which slices of head, neck and chest belong.

    >>> outweighs("MRI L-spine", "HIP"), outweighs("Brain + L-spine", "HEAD")
    (True, False)
    >>> outweighs("Whole spine MRI", "ABDOMEN"), outweighs("Whole spine MRI", "BRAIN")
    (True, False)
    """
    named, examined = _named_places(text), _named_places(body_part)
    beside = {Place.UPPER_SPINE, Place.ABOVE, Place.ELSEWHERE} & examined
    if Place.WHOLE_SPINE in named:
        return not beside - {Place.ELSEWHERE} and not beside & named
    elsewhere = {Place.ABOVE, Place.ELSEWHERE}
    return (
        Place.LUMBAR in named
        and not named & beside
        and not (named & elsewhere and beside & elsewhere)
    )


@lru_cache(maxsize=4096)
def _named_places(text: str) -> frozenset[Place]:
    plain = folded(text)
    for pattern, word in _PHRASES:
        plain = re.sub(pattern, word, plain)
    runs = (run for run in _RUN.findall(plain) if re.fullmatch(_GLUED, run))
    words = {word for run in runs for word in re.findall(_ANY, run)}
    return frozenset(place for word in words if (place := _place(word)))


def folded(text: str) -> str:
    """Return at most TEXT_LIMIT characters in lower case, without accents and full-width forms."""
    apart = unicodedata.normalize("NFKD", text[:TEXT_LIMIT])
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare)[:TEXT_LIMIT].casefold().replace("ł", "l")


def _place(word: str) -> Place | None:
    """Return what a matched word names: itself, its singular or its stem."""
    if named := _PLACES.get(word) or _PLACES.get(word.removesuffix("s")):
        return named
    return next((_PLACES[stem] for stem in _STEMS if word.startswith(stem)), None)
