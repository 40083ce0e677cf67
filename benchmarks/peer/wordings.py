"""Find the command most similar to dictated text, by the letters alone.

Small projects commonly do this.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from peer.base import obeyed
from voicecoach.core.understanding import Understanding

THRESHOLD = 85.0
"""Likeness (rapidfuzz's ratio, 0 to 100) from which on a command is obeyed."""

_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DIGITS = re.compile(r"\d+")
_OTHER = re.compile(r"[^a-z' ]+")


def plain(text: str) -> str:
    """Return `text` in lower case without punctuation.

    Numbers below a hundred are in words.
    """
    worded = _DIGITS.sub(
        lambda digits: f" {_number(int(digits.group()))} ", text.lower().replace("’", "'")
    )
    return " ".join(_OTHER.sub(" ", worded).split())


def _number(number: int) -> str:
    if number >= 100:
        return str(number)
    if number < 20:
        return (*_ONES, *_TEENS)[number]
    return " ".join([_TENS[number // 10 - 2], *([_ONES[number % 10]] if number % 10 else [])])


class Wordings:
    """All wordings of all commands."""

    def __init__(self, phrases: Sequence[str]):
        self._phrases = list(dict.fromkeys(phrases))

    def understand(self, text: str, threshold: float = THRESHOLD) -> Understanding | None:
        """Return the wording most similar to `text`, if it is similar enough.

        None where there are no words.
        """
        said = plain(text)
        if not said:
            return None
        found = process.extractOne(said, self._phrases, scorer=fuzz.ratio, score_cutoff=threshold)
        if found is None:
            return obeyed(text, None, "like no command")
        phrase, score, _ = found
        return obeyed(text, phrase, f"like {phrase!r}", score)
