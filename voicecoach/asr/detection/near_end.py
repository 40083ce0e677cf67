"""Whether an utterance stands out of what may be left of the coach's own voice, and by how much."""

from __future__ import annotations

import numpy as np

from voicecoach.asr.detection.gain_control import chunk_level
from voicecoach.core.audio import Samples

STANDS_OUT_DB = 6.0
"""A chunk that is louder by this than what may be left of the coach's own voice is somebody else's."""

STANDING_OUT_CHUNKS = 3
"""So many chunks of an utterance must be; else it was the coach."""

LOUDEST_CHUNKS = 6
"""Chunks of which an utterance is as loud as their mean: 0.2 s, a short vowel."""


class NearEndDetector:
    """Follows one utterance chunk by chunk."""

    def __init__(self) -> None:
        self._standing_out = 0
        self._loudest: list[float] = []

    def feed(self, chunk: Samples, residual: float) -> None:
        """One more chunk, of which at most `residual` dB (re full scale) are the coach's."""
        if residual == -np.inf:
            self._standing_out = STANDING_OUT_CHUNKS
        stands_out = chunk_level(chunk) - residual
        self._standing_out += stands_out > STANDS_OUT_DB
        self._loudest = sorted([*self._loudest, stands_out])[-LOUDEST_CHUNKS:]

    @property
    def somebody(self) -> bool:
        """Whether somebody else than the coach is speaking."""
        return self._standing_out >= STANDING_OUT_CHUNKS

    @property
    def mean(self) -> float:
        """By how many dB the loudest chunks stand out."""
        return sum(self._loudest) / len(self._loudest)
