"""Detect speech that exceeds the coach's residual echo, and measure by how much."""

from __future__ import annotations

import numpy as np

from voicecoach.asr.detection.gain_control import chunk_level
from voicecoach.core.audio import Samples

STANDS_OUT_DB = 6.0
"""Level above the residual echo from which a chunk counts as near-end speech."""

STANDING_OUT_CHUNKS = 3
"""Least number of such chunks in an utterance; with fewer the utterance is the coach's echo."""

LOUDEST_CHUNKS = 6
"""Number of loudest chunks whose mean is the prominence of an utterance: 0.2 s, a short vowel."""


class NearEndDetector:
    """Follow the level of one utterance chunk by chunk."""

    def __init__(self) -> None:
        self._standing_out = 0
        self._loudest: list[float] = []

    def feed(self, chunk: Samples, residual: float) -> None:
        """Process a chunk that contains at most `residual` dB (re full scale) of the coach's
        echo."""
        if residual == -np.inf:
            self._standing_out = STANDING_OUT_CHUNKS
        stands_out = chunk_level(chunk) - residual
        self._standing_out += stands_out > STANDS_OUT_DB
        self._loudest = sorted([*self._loudest, stands_out])[-LOUDEST_CHUNKS:]

    @property
    def somebody(self) -> bool:
        """Return True if somebody other than the coach is speaking."""
        return self._standing_out >= STANDING_OUT_CHUNKS

    @property
    def mean(self) -> float:
        """Return the mean level (dB) of the loudest chunks above the residual echo."""
        return sum(self._loudest) / len(self._loudest)
