"""Whose turn was it: was an utterance the user's, or the coach's own voice come back?"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

OWN_VOICE = 88.0
"""Similarity (0..100) of an utterance to a stretch of what is being said, from which on it is taken for that."""

_WORD = re.compile(r"[a-z']+")


def is_own_voice(heard: str, said: str) -> bool:
    """Whether `heard` is a stretch of `said`, the text that sounded at the same time.

    The recogniser's words are compared in order: a stretch of as many words as were heard. Sounds outside the
    grammar (`[unk]`) are no evidence for either side.
    """
    words = _WORD.findall(heard.lower().replace("[unk]", " "))
    said_words = _WORD.findall(said.lower())
    if not words or not said_words:
        return False
    size = min(len(words), len(said_words))
    phrase = " ".join(words)
    return any(
        fuzz.ratio(phrase, " ".join(said_words[start : start + size])) >= OWN_VOICE
        for start in range(len(said_words) - size + 1)
    )
