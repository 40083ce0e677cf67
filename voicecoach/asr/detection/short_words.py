"""Single short words from across a room. Silero's detector wants to hear how speech goes on: of a
"stop" that ends after a quarter of a second, in a room that reverberates, it often says that it
hardly is any, though it is far louder than all that was before. There that counts as speech, too;
whether it was a word the recogniser tells."""

from __future__ import annotations

from collections import deque
from itertools import islice

import numpy as np

JUMP_DB = 10.0
"""By how much it must be louder than the loudest chunk of those BEFORE, and than what is left of
the coach's voice."""

END_DB = 5.0
"""It ends when it stands out of those by less than this."""

FALL_DB = 15.0
"""It also ends when it has become so much quieter than its loudest chunk: what follows is
reverberation."""

BEFORE = 12
"""Chunks: 0.4 s. In noise that goes up and down nothing jumps out of as many."""

RISE = 3
"""Chunks right before that do not count: a word may take 0.1 s to become loud."""

LONGEST = 25
"""Chunks after which it is no short word: 0.8 s."""

HARDLY = 0.1
"""Probability of speech without which it is none: a knock."""


class ShortWordDetector:
    """Follows the level, chunk by chunk."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=BEFORE + RISE)
        self._chunks = 0
        self._base = self._loudest = 0.0
        self._likeliest = 0.0

    def feed(self, level: float, residual: float, probability: float) -> bool:
        """Whether a chunk of `level` (dB re full scale), of which at most `residual` are the
        coach's voice, may belong to a short word; `probability` (0..1) is the detector's."""
        before = max(islice(self._levels, BEFORE)) if len(self._levels) == BEFORE + RISE else np.inf
        self._levels.append(level)
        if self._chunks:
            self._loudest = max(self._loudest, level)
            over = (
                level < max(self._base + END_DB, self._loudest - FALL_DB) or self._chunks == LONGEST
            )
            self._chunks = 0 if over else self._chunks + 1
        elif level > max(before, residual) + JUMP_DB:
            self._chunks, self._base = 1, max(before, residual)
            self._loudest, self._likeliest = level, 0.0
        self._likeliest = max(self._likeliest, probability)
        return self._chunks > 0 and self._likeliest >= HARDLY
