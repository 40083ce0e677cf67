"""How text sounds: lower case, no punctuation, numbers in words, as the recogniser writes what it hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    """The ways to say `number`, the plain one first, without hyphens ("twenty five"); ValueError for a language
    without rules. English has more ways than its rules ("a hundred and twenty", "one twenty")."""
    said = [text.replace("-", " ") for text in get_rbnf_engine(language).format_number(number).text_by_ruleset.values()]
    if language.split("-")[0] == "en":
        said += _english(number)
    return tuple(dict.fromkeys(said))


def _english(number: float) -> Iterator[str]:
    """What the rules leave out: nought, and how hundreds are said in talk."""
    if number == 0:
        yield "nought"
    if number != int(number) or not 100 <= number < 1000:
        return
    hundreds, rest = divmod(int(number), 100)
    (digit, *_), (tail, *_) = number_words(hundreds, "en"), number_words(rest, "en")
    for hundred in (f"{digit} hundred", *(("a hundred", "hundred") if hundreds == 1 else ())):
        yield from (f"{hundred} {tail}", f"{hundred} and {tail}") if rest else (hundred,)
    if rest >= 10 and hundreds == 1:  # "one twenty"; others are hardly said, and "hold for thirty" was heard in them
        yield f"{digit} {tail}"


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
