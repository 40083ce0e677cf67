"""Normalise text to the recogniser's spelling: lower case, no punctuation, numbers in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from hassil.numbers import get_rbnf_engine

from voicecoach.content.language import Numbers, language_of

UNKNOWN = "[unk]"
"""The recogniser's token for sound outside its vocabulary."""

_APOSTROPHES = str.maketrans("’ʼ", "''")
_DIGITS = re.compile(r"(?<![0-9])[0-9]{1,9}(?![0-9])")
_SILENT = re.compile(r"\[unk\]|[^\w\s']|_")
_SOFT_HYPHEN = "\u00ad"
_SPACES = re.compile(r"\s+")
_QUOTES = re.compile(r"(?<!\w)'|'(?!\w)")


@lru_cache(maxsize=4096)
def number_words(number: float, language: str) -> tuple[str, ...]:
    """Return the ways to say `number`, the plain one first, without hyphens ("twenty five").

    A language may have more ways than its rules ("a hundred and twenty", "one twenty").

    Raises:
        ValueError: The language has no rules for numbers.
    """
    numbers = language_of(language).numbers
    by_rule = get_rbnf_engine(language).format_number(number).text_by_ruleset
    said = [text for rule, text in by_rule.items() if rule in numbers.rules or not numbers.rules]
    said += [*_besides(number, numbers, language)]
    plain = (
        _apart(text.lower().replace(_SOFT_HYPHEN, "").replace("-", " "), language) for text in said
    )
    return tuple(dict.fromkeys(plain))


def _besides(number: float, numbers: Numbers, language: str) -> Iterator[str]:
    """Yield the ways to say a number that the rules lack, and the colloquial ways to say
    hundreds."""
    if number != int(number):
        return
    yield from numbers.also.get(int(number), ())
    if not 100 <= number < 1000:
        return
    count, beyond = divmod(int(number), 100)
    (digit, *_), (rest, *_) = number_words(count, language), number_words(beyond, language)
    for form in numbers.one_hundred if count == 1 else numbers.hundreds:
        hundreds = form.format(digit=digit)
        yield from (
            (way.format(hundreds=hundreds, rest=rest) for way in numbers.beyond)
            if beyond
            else (hundreds,)
        )
    if beyond >= 10 and count == 1:
        yield from (way.format(digit=digit, rest=rest) for way in numbers.short)


def _apart(text: str, language: str) -> str:
    """Split long number words in `text` into their parts."""
    pattern = language_of(language).numbers.apart
    return re.sub(pattern, _spaced, text) if pattern else text


def _spaced(match: re.Match[str]) -> str:
    return "".join(f"{part} " for part in match.groups() if part)


def spell_out(text: str, language: str) -> str:
    """Return `text` in lower case, with numbers in words and spaces for punctuation.

    Apostrophes and outer spaces are kept: the text may be a piece of a template, such as the "'s"
    of "what['s]".
    """
    text = unicodedata.normalize("NFC", text).lower().translate(_APOSTROPHES)
    text = _apart(_DIGITS.sub(lambda digits: _say(digits.group(), language), text), language)
    text = _SILENT.sub(lambda mark: mark.group() if mark.group() == UNKNOWN else " ", text)
    return _SPACES.sub(" ", text)


def spoken(text: str, language: str) -> str:
    """Return a whole utterance or sentence as normalised words with single spaces."""
    return " ".join(_QUOTES.sub(" ", spell_out(text, language)).split())


def _say(digits: str, language: str) -> str:
    try:
        return number_words(int(digits), language)[0]
    except ValueError:
        return digits
