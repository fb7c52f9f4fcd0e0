"""Words of the page in the language asked for: English sentences are the keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

from hnp_model.dossier.asked import Language


@dataclass(frozen=True, slots=True)
class Words:
    """What stands for each English sentence; () leaves English.

    >>> Words("ko", {"{n} patients": "환자 {n}명"}).say("{n} patients", n=3)
    '환자 3명'
    """

    language: Language
    catalogue: Mapping[str, str] = field(default_factory=dict)

    def say(self, sentence: str, **values: object) -> str:
        """Return a sentence with its values put in."""
        return self.catalogue.get(sentence, sentence).format(**values)


def words_in(language: Language) -> Words:
    """Return the words of a language."""
    if language == "en":
        return Words("en")
    text = (resources.files("hnp_model.dossier") / f"{language}.json").read_text("utf-8")
    return Words(language, json.loads(text))
