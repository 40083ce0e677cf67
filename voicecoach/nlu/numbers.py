"""How text sounds: lower case, no punctuation, numbers in words, as the recogniser writes what it hears."""

from __future__ import annotations

import re
from functools import lru_cache

from hassil.numbers import get_rbnf_engine

UNKNOWN = "[unk]"
"""What the recogniser writes for sound that is none of its words."""

_APOSTROPHES = str.maketrans("’ʼ", "''")
_DIGITS = re.compile(r"(?<![0-9])[0-9]{1,9}(?![0-9])")
_SILENT = re.compile(r"\[unk\]|[^\w\s']|_")
_SPACES = re.compile(r"\s+")
_QUOTES = re.compile(r"(?<!\w)'|'(?!\w)")


@lru_cache(maxsize=4096)
def number_words(number: float, language: str) -> tuple[str, ...]:
    """The ways to say `number`, without hyphens ("twenty five"); ValueError for a language without rules."""
    said = get_rbnf_engine(language).format_number(number).text_by_ruleset.values()
    return tuple(dict.fromkeys(text.replace("-", " ") for text in said))


def spell_out(text: str, language: str) -> str:
    """`text` in lower case with numbers in words and spaces for punctuation.

    Apostrophes and outer spaces are kept: the text may be a piece of a template, such as the "'s" of "what['s]".
    """
    text = _DIGITS.sub(lambda digits: _say(digits.group(), language), text.lower().translate(_APOSTROPHES))
    text = _SILENT.sub(lambda mark: mark.group() if mark.group() == UNKNOWN else " ", text)
    return _SPACES.sub(" ", text)


def spoken(text: str, language: str) -> str:
    """A whole utterance or sentence as it sounds: words with single spaces, nothing else."""
    return " ".join(_QUOTES.sub(" ", spell_out(text, language)).split())


def _say(digits: str, language: str) -> str:
    try:
        return number_words(int(digits), language)[0]
    except ValueError:
        return digits
