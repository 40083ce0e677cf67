"""Estimate the level of the echo that a canceller leaves."""

from __future__ import annotations

from collections import deque

import numpy as np

from voicecoach.audio.echo.spectra import mean_square
from voicecoach.core.audio import BLOCK_SECONDS, Samples

AUDIBLE_DB = -65.0
"""Least level (dB re full scale) of a predicted echo that is compared with the residual."""

LOOK_BACK_S = 4.0
"""Duration of the predicted echo over which the share is taken."""

SHARE_PERCENTILE = 30.0
"""Percentile of the shares that counts: mostly the coach speaks alone, and other sound only
adds."""

MIN_BLOCKS = 20
"""With fewer blocks the share is unknown: then all of the echo may be left."""

MIN_SHARE_DB = -25.0
"""Share that may always be left. Usually far less is, but this much was left of sounds that are new
to the filters (an "s", the first word after a pause), and after a change of the clocks' pace: the
coach heard "stop" in its own "stand" or "spot". A user 10 dB below the coach still stands out by 15
dB."""

UPDATE_BLOCKS = 5
"""Blocks between two updates of the share."""

FADING_DB = 1.5
"""Decay a block of the earlier residual: reverberation that was not predicted arrives later."""

_SILENCE_DB = -100.0


def level(block: Samples) -> float:
    """Return the level of a block in dB re full scale, -100 at least."""
    return 10 * float(np.log10(mean_square(block) + 10 ** (_SILENCE_DB / 10)))


class ResidualEchoEstimator:
    """Follows the `share` (dB) of the predicted echo that is left."""

    def __init__(self) -> None:
        self._shares: deque[float] = deque(maxlen=round(LOOK_BACK_S / BLOCK_SECONDS))
        self._count = 0
        self.share = 0.0
        self._before = _SILENCE_DB

    def feed(self, clean: Samples, echo: Samples) -> float:
        """Return the level (dB) that may be left in `clean` of the predicted `echo`."""
        predicted = level(echo)
        if predicted > AUDIBLE_DB:
            self._shares.append(level(clean) - predicted)
            self._count += 1
            if self._count % UPDATE_BLOCKS == 0 and len(self._shares) >= MIN_BLOCKS:
                self.share = min(0.0, float(np.percentile(self._shares, SHARE_PERCENTILE)))
        self._before = max(predicted + max(self.share, MIN_SHARE_DB), self._before - FADING_DB)
        return self._before
