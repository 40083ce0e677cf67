"""Whose turn it is: was an utterance the user's, or the coach's own voice come back; and when does the coach yield to
somebody who speaks?"""

from __future__ import annotations

import re
from collections import deque

from rapidfuzz import fuzz

OWN_VOICE = 88.0
"""Similarity (0..100) of an utterance to a stretch of what is being said, from which on it is taken for that."""

BEGINNING = 4
"""Letters of a word that are taken for it when its ending was not heard."""

LONGEST_YIELD = 5.0
"""Seconds after which the coach goes on over somebody who goes on speaking: no command takes as long."""

IN_VAIN = 3
"""Times that it falls silent for what comes to nothing before it goes on over it."""

FORGIVEN = 30.0
"""Seconds after which one of these is forgotten."""

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


class Floor:
    """Decides when the coach yields the floor: at once to whoever speaks, but neither for long nor again and again to
    what comes to nothing. Times are seconds of the coach's clock."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._granted = False
        self._in_vain: deque[float] = deque(maxlen=IN_VAIN)

    def yields(self, now: float, *, speech: bool) -> bool:
        """Whether the coach is silent now; `speech`: somebody speaks."""
        if not speech:
            if self._since is not None and self._granted:
                self._in_vain.append(now)
            self._since = None
            return False
        if self._since is None:
            self._since = now
            self._granted = len(self._in_vain) < IN_VAIN or now - self._in_vain[0] > FORGIVEN
        return self._granted and now - self._since < LONGEST_YIELD

    def understood(self) -> None:
        """What was said meant something."""
        self._in_vain.clear()
        self._since = None
