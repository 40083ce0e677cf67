"""Tell whether an utterance is the coach's own speech."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

OWN_VOICE = 88.0
"""Similarity (0..100) to a stretch of the coach's text from which an utterance counts as the
coach's own speech."""

BEGINNING = 4
"""Least number of letters that identify a word whose ending was not recognised."""

_WORD = re.compile(r"(?:[^\W\d_]|')+")


def is_own_voice(heard: str, said: str) -> bool:
    """Return True if `heard` is a stretch of `said`, the coach's text at that time.

    The words are compared in order with each stretch of as many words. The ending of the last word
    may be missing. Sounds outside the grammar (`[unk]`) are ignored.
    """
    words = _WORD.findall(heard.lower().replace("[unk]", " "))
    said_words = _WORD.findall(said.lower())
    if not words or not said_words:
        return False
    size = min(len(words), len(said_words))
    phrase = " ".join(words)
    stretches = (
        " ".join(said_words[start : start + size]) for start in range(len(said_words) - size + 1)
    )
    return any(
        fuzz.ratio(phrase, stretch) >= OWN_VOICE or _begins(stretch, phrase)
        for stretch in stretches
    )


def _begins(stretch: str, phrase: str) -> bool:
    """Return True if `stretch` is `phrase`, possibly with an ending: "stopped" for "stop"."""
    return (
        len(phrase) >= BEGINNING
        and stretch.startswith(phrase)
        and " " not in stretch[len(phrase) :]
    )
