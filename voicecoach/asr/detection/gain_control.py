"""How loud sound is: the noise floor, and quiet speech made as loud as detector and recogniser
expect it.

Without it most sentences at -55 dB re full scale, as from a weak microphone across a room, are
missed (tests/test_bad_sound.py has them).
"""

from __future__ import annotations

import numpy as np

from voicecoach.core.audio import Samples

LOUDEST_DB = -16.0
"""Level (dB re full scale) that the loudest chunk of an utterance is brought to: speech averages
some 6 dB less."""

FLOOR_DB = -45.0
"""The room's own noise is not made louder than this."""

MOST_DB = 30.0
"""Nor is anything amplified more: below lies the microphone's own noise."""

FLOOR_RISE_DB = 0.05
"""How fast (dB a chunk) the estimate of the noise floor may rise; it falls at once."""

FORGET_DB = 0.05
"""How fast (dB a chunk) it is forgotten how loud speech was: somebody may have moved away, or
turned down the voice."""

SILENCE_DB = -100.0
"""Level of digital silence."""

START_FLOOR_DB = -40.0
"""Where the estimate of the noise floor begins: it falls at once, and rises slowly."""


class NoiseFloor:
    """Follows the level of the quietest chunks."""

    def __init__(self) -> None:
        self.level = START_FLOOR_DB

    def feed(self, level: float) -> float:
        """The floor (dB) after a chunk of `level` dB."""
        self.level = min(level, self.level + FLOOR_RISE_DB)
        return self.level


def chunk_level(chunk: Samples) -> float:
    """Level of a chunk (dB re full scale), SILENCE_DB at least; a constant offset of the card's is
    no sound."""
    return 10 * float(np.log10(np.var(chunk) + 10 ** (SILENCE_DB / 10)))


class AutomaticGainControl:
    """Tells what to multiply sound by, chunk by chunk. It lowers the gain at once when something
    loud comes, and raises it slowly, never while somebody speaks: within an utterance a rising gain
    would bend what it is to show."""

    def __init__(self) -> None:
        self._floor = NoiseFloor()
        self._loudest = SILENCE_DB
        self._gain = 0.0

    def feed(self, chunk: Samples, speaking: bool, far_end: bool = False) -> np.float32:
        """The factor (1 to 32) from this chunk on; `speaking` within an utterance, `far_end` while
        the coach itself sounds: what the echo canceller leaves of it is not to be made louder."""
        level = chunk_level(chunk)
        floor = self._floor.feed(level)
        self._loudest = max(level, self._loudest - (0.0 if speaking else FORGET_DB))
        gain = max(0.0, min(FLOOR_DB - floor, LOUDEST_DB - self._loudest, MOST_DB))
        if speaking:
            self._gain = min(gain, self._gain)
        else:
            self._gain = 0.0 if far_end else gain
        return np.float32(10 ** (self._gain / 20))
