"""Resample the played sound to the hearing rate, as the reference of an echo control."""

from __future__ import annotations

import numpy as np

from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples


class FarEndReference:
    """Takes blocks at `rate` (Hz), and gives blocks at 16 kHz somewhat later."""

    def __init__(self, rate: int):
        self._resampler = StreamResampler(rate, HEARING_RATE)
        self._left_out = 0

    def feed(self, block: Samples) -> None:
        """Add a block of BLOCK_SECONDS, as it goes to the speaker."""
        self._resampler.feed(block)

    def take(self, frames: int) -> Samples:
        """Return the next frames, shape (frames,); silence where nothing was fed yet."""
        block = np.zeros(frames, dtype=np.float32)
        self._resampler.take_into(block)
        block[: self._left_out] = 0.0
        self._left_out = max(0, self._left_out - frames)
        return block

    def leave_out(self, before: float, first: float) -> float:
        """Silence the part of the reference that the speaker has not played.

        Args:
            before: Seconds before the last block that were not played.
            first: Seconds at the beginning of the last block that were not played.

        Returns:
            Seconds of that part that were taken already, at the end of the taken sound.
        """
        inside = max(0.0, self._resampler.delay - BLOCK_SECONDS)
        self._left_out = round((min(before, inside) + first) * HEARING_RATE)
        return max(0.0, before - inside)
