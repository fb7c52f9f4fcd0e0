"""All that a report says, in the language asked for.

What reasons, flags and notices mean is told by other commands too, in English: that lies with the
code of those, and joins the English catalogue here. Other languages have it in their catalogue.
"""

from collections.abc import Iterator

from hnp_etl.explain.meanings import FLAGS, REASONS
from hnp_etl.explain.remedies import ENGLISH, Phrases
from hnp_shared.languages import LANGUAGES, Words, words_of
from hnp_shared.notices import SENTENCES, WORDS, Notice
from hnp_shared.vocabulary import Reason

_ROOM = "hnp_etl.report"
_MET = frozenset({"reasons", "flags", "notices", "counted", "in_if"})


def wording(language: str) -> Words:
    """Return the words of a report in one of `LANGUAGES`."""
    words = words_of(_ROOM, language)
    if language != LANGUAGES[0]:
        return words
    return Words(language, {**words.texts, **dict(_coded())})


def shown(words: Words) -> dict[str, str]:
    """Return the words that every page needs; those of reasons and flags go with what was met."""
    return {key: text for key, text in words.texts.items() if key.split(".")[0] not in _MET}


def phrases_of(words: Words) -> Phrases:
    """Return what would make files pass, in words."""
    return Phrases(
        {reason: words.texts[f"reasons.{reason}.in_if"] for reason in Reason},
        words.texts["in_if.either"],
        words.texts["in_if.both"],
        words.texts["in_if.no_fat"],
    )


def told_of(notice: Notice, words: Words) -> str:
    """Return what was found, without the hospital; in English where the language has no word."""
    if words.language == LANGUAGES[0] or f"notices.{notice.kind}" not in words.texts:
        return notice.sentence
    source = words.texts.get(f"sources.{notice.source}", notice.source)
    counted = {
        name: words.texts.get(f"counted.{name}", "{count}").format(
            count=f"{count:,}", source=source
        )
        for name, count in notice.counts.items()
    }
    return words.say(f"notices.{notice.kind}", **{**_UNKNOWN, **counted, "source": source})


_UNKNOWN = dict.fromkeys((*WORDS, "of"), "?")
"""Counts that a file does not hold because somebody changed it."""


def _coded() -> Iterator[tuple[str, str]]:
    """Yield key and English text of what the code says."""
    for reason in Reason:
        yield f"reasons.{reason}.means", REASONS[reason].means
        yield f"reasons.{reason}.do", REASONS[reason].do
        yield f"reasons.{reason}.in_if", ENGLISH.by_reason[reason]
    for flag, meaning in FLAGS.items():
        yield f"flags.{flag}.means", meaning.means
        yield f"flags.{flag}.do", meaning.do
    for kind, sentence in SENTENCES.items():
        yield f"notices.{kind}", sentence
    for name, (_, several) in WORDS.items():
        yield f"counted.{name}", f"{{count}} {several}"
    yield "in_if.either", ENGLISH.either
    yield "in_if.both", ENGLISH.both
    yield "in_if.no_fat", ENGLISH.no_fat
