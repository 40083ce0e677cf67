"""Whether the prediction of the echo can be relied on."""

from __future__ import annotations

from voicecoach.audio.echo.spectra import mean_square
from voicecoach.core.audio import BLOCK_SECONDS, Samples

MEMORY = 0.2
"""Seconds of predicted echo that count."""

DIVERGED_SHARE = -0.15
"""Share below which the prediction is wrong. Where music is far above the echo what is right may come to -0.06."""

AUDIBLE = 10**-6.5
"""Mean square of a block of predicted echo from which it tells anything: -65 dB."""

FAINT = 10**-2
"""Share of the loudest predicted echo of a moment ago below which a wrong one tells nothing: filters that have not
learnt all of the way yet go on ringing after a word, and a microphone that is silenced between words (a headset's
gate) has nothing there that could be taken out."""

FADING = 10**-0.05
"""How fast (a block) the loudest is forgotten: 25 dB a second."""

SURE = 0.1
"""Share from which the prediction is surely right."""

EARNED = 200
"""By how many blocks it must have been surely right more often than not to be missed when it is wrong. Where music
drowns the echo that is soon forgotten: what cannot be heard is not missed."""


class DivergenceMonitor:
    """Compares the microphone's power before and after the prediction is subtracted: what is right takes out something,
    be it a hundredth where music plays; what is wrong only adds. So does a prediction of an echo that comes at another
    time, or no more.

    `converged`: the prediction is right. `diverged`: it was right for long, and has become wrong.
    `taken_out`: (power before - power after) / (power before + power after). It is 1 where the
    whole block was echo and was removed, 0 where nothing was removed, and negative where power was
    added.
    """

    def __init__(self) -> None:
        self.converged = False
        self.diverged = False
        self.taken_out = 0.0
        self._right = 0
        self._loudest = 0.0

    def feed(self, near: Samples, clean: Samples) -> None:
        """A block before and after."""
        predicted = mean_square(near - clean)
        self._loudest = max(predicted, FADING * self._loudest)
        if predicted < AUDIBLE:
            return
        before, after = float(near @ near), float(clean @ clean)
        share = (before - after) / (before + after)
        if share < 0 and predicted < FAINT * self._loudest:
            return
        self.taken_out += BLOCK_SECONDS / MEMORY * (share - self.taken_out)
        self.converged = self.taken_out > (DIVERGED_SHARE if self.converged else 0.0)
        self.diverged = not self.converged and (self.diverged or self._right >= EARNED)
        self._right = min(self._right + 1, 2 * EARNED) if self.taken_out > SURE else max(self._right - 1, 0)
