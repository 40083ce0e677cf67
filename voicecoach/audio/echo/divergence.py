"""Decide whether the prediction of the echo can be relied on."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.audio.echo.spectra import mean_square
from voicecoach.core.audio import BLOCK_SECONDS, Samples


@dataclass(frozen=True, slots=True)
class DivergenceParams:
    """Thresholds on the share of the power that the prediction takes out (-1 to 1)."""

    memory_s: float = 0.2
    """Time constant of the share, in seconds of predicted echo."""
    diverged_share: float = -0.15
    """Below this share the prediction is wrong. A right one may reach -0.06 under loud music."""
    converged_share: float = 0.1
    """From this share on the prediction is surely right."""
    audible_power: float = 10**-6.5
    """Mean square (-65 dB) of a block of predicted echo below which the block is ignored."""
    faint_share: float = 10**-2
    """A wrong prediction is ignored below this share of the loudest recent one. Filters that are
    not fully adapted ring on after a word, and the gate of a headset leaves nothing there to take
    out."""
    fading_per_block: float = 10**-0.05
    """Decay of the loudest recent prediction: 25 dB a second."""
    trusted_blocks: int = 200
    """Excess of right over wrong blocks from which a wrong prediction counts as diverged. Music
    that drowns the echo uses it up soon: an inaudible echo is not missed."""


class DivergenceMonitor:
    """Compares the microphone's power before and after the prediction is subtracted.

    A right prediction takes out power, if only a hundredth where music plays; a wrong one adds
    power. So does the prediction of an echo that arrives at another time, or no longer.

    Attributes:
        converged: The prediction is right.
        diverged: The prediction was right for long, and has become wrong.
        taken_out: (power before - power after) / (power before + power after). It is 1 where the
            whole
            block was echo and was removed, 0 where nothing was removed, and negative where power
            was
            added.
    """

    def __init__(self, params: DivergenceParams = DivergenceParams()) -> None:
        self._params = params
        self.converged = False
        self.diverged = False
        self.taken_out = 0.0
        self._right = 0
        self._loudest = 0.0

    def feed(self, near: Samples, clean: Samples) -> None:
        """Compare a block before and after the prediction is subtracted."""
        params = self._params
        predicted = mean_square(near - clean)
        self._loudest = max(predicted, params.fading_per_block * self._loudest)
        if predicted < params.audible_power:
            return
        before, after = float(near @ near), float(clean @ clean)
        share = (before - after) / (before + after)
        if share < 0 and predicted < params.faint_share * self._loudest:
            return
        self.taken_out += BLOCK_SECONDS / params.memory_s * (share - self.taken_out)
        self.converged = self.taken_out > (params.diverged_share if self.converged else 0.0)
        self.diverged = not self.converged and (
            self.diverged or self._right >= params.trusted_blocks
        )
        self._right = (
            min(self._right + 1, 2 * params.trusted_blocks)
            if self.taken_out > params.converged_share
            else max(self._right - 1, 0)
        )
