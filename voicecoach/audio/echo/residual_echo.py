"""How loud the coach's voice may still be in what a canceller leaves."""

from __future__ import annotations

from collections import deque

import numpy as np

from voicecoach.audio.echo.spectra import mean_square
from voicecoach.core.audio import BLOCK_SECONDS, Samples

AUDIBLE_DB = -65.0
"""Level (dB re full scale) of a predicted echo from which what is left tells how well it was predicted."""

LOOK_BACK = 4.0
"""Seconds over which that is judged."""

SHARE = 30.0
"""Percentile that counts: most of the time nobody but the coach speaks, and somebody else only adds."""

FEWEST = 20
"""Blocks without which nothing is known: then all of the echo may be left."""

LEAST = -25.0
"""Share (dB) that may always be left. Most of the time far less is; but of sounds that are new to the filters (an "s",
the first word after a pause), or where the clocks' pace has just changed, this much was: from its own "stand" or
"spot" the coach heard "stop". Who is 10 dB quieter at the microphone than the coach still stands out by 15."""

EVERY = 5
"""Blocks between two judgements."""

FADING_DB = 1.5
"""How fast (dB a block) what was left before is forgotten: reverberation that was not predicted comes later."""

_SILENCE_DB = -100.0


def level(block: Samples) -> float:
    """Level in dB re full scale, -100 at least."""
    return 10 * float(np.log10(mean_square(block) + 10 ** (_SILENCE_DB / 10)))


class ResidualEchoEstimator:
    """Follows what `share` (dB) of the predicted echo is left."""

    def __init__(self) -> None:
        self._shares: deque[float] = deque(maxlen=round(LOOK_BACK / BLOCK_SECONDS))
        self._count = 0
        self.share = 0.0
        self._before = _SILENCE_DB

    def feed(self, clean: Samples, echo: Samples) -> float:
        """Level (dB) of what may be left of `echo`, predicted for a block, in `clean`."""
        predicted = level(echo)
        if predicted > AUDIBLE_DB:
            self._shares.append(level(clean) - predicted)
            self._count += 1
            if self._count % EVERY == 0 and len(self._shares) >= FEWEST:
                self.share = min(0.0, float(np.percentile(self._shares, SHARE)))
        self._before = max(predicted + max(self.share, LEAST), self._before - FADING_DB)
        return self._before
