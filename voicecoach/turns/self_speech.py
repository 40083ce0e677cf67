"""Is an utterance the user's, or the coach's own voice come back?"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

OWN_VOICE = 88.0
"""Similarity (0..100) of an utterance to a stretch of what is being said, from which on it is taken for that."""

BEGINNING = 4
"""Letters of a word that are taken for it when its ending was not heard."""

_WORD = re.compile(r"(?:[^\W\d_]|')+")


def is_own_voice(heard: str, said: str) -> bool:
    """Whether `heard` is a stretch of `said`, the text that sounded at the same time.

    The recogniser's words are compared in order: a stretch of as many words as were heard, the last of which may have
    had an ending. Sounds outside the grammar (`[unk]`) are no evidence for either side.
    """
    words = _WORD.findall(heard.lower().replace("[unk]", " "))
    said_words = _WORD.findall(said.lower())
    if not words or not said_words:
        return False
    size = min(len(words), len(said_words))
    phrase = " ".join(words)
    stretches = (" ".join(said_words[start : start + size]) for start in range(len(said_words) - size + 1))
    return any(fuzz.ratio(phrase, stretch) >= OWN_VOICE or _begins(stretch, phrase) for stretch in stretches)


def _begins(stretch: str, phrase: str) -> bool:
    """Whether a stretch begins with what was heard, but for an ending: "stopped" of "stop"."""
    return len(phrase) >= BEGINNING and stretch.startswith(phrase) and " " not in stretch[len(phrase) :]
