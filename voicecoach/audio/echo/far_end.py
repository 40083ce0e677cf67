"""What was played, at the hearing rate: the reference of whoever takes the coach's own voice out of the microphone."""

from __future__ import annotations

import numpy as np

from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples


class FarEndReference:
    """Blocks at `rate` (Hz) go in, blocks at 16 kHz come out, somewhat later."""

    def __init__(self, rate: int):
        self._resampler = StreamResampler(rate, HEARING_RATE)
        self._left_out = 0

    def feed(self, block: Samples) -> None:
        """A block of BLOCK_SECONDS, as it goes to the speaker."""
        self._resampler.feed(block)

    def take(self, frames: int) -> Samples:
        """The next `frames` frames, shape (frames,); silence where nothing was fed yet."""
        block = np.zeros(frames, dtype=np.float32)
        self._resampler.take_into(block)
        block[: self._left_out] = 0.0
        self._left_out = max(0, self._left_out - frames)
        return block

    def leave_out(self, before: float, first: float) -> float:
        """The speaker has not played `before` (s) of what came before the last block, nor the `first` seconds of that.
        What of it was not taken yet will be silence; how much (s) was taken last."""
        inside = max(0.0, self._resampler.delay - BLOCK_SECONDS)
        self._left_out = round((min(before, inside) + first) * HEARING_RATE)
        return max(0.0, before - inside)
