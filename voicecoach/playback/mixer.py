"""Adds clips at absolute frames. The count of mixed frames is the coach's clock."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from voicecoach.core.audio import Clip, Samples

FADE_SECONDS = 0.01
"""A clip that is cut fades out over this long, so that it does not click."""

DUCKED = 0.1
"""Level (-20 dB) of the coach while somebody else speaks."""

DUCK_SECONDS, UNDUCK_SECONDS = 0.06, 0.3
"""How fast the level falls and comes back, over its whole range."""


@dataclass(slots=True)
class Sounding:
    """A clip placed in the mix. `start` is the absolute frame of its first sample."""

    samples: Samples = field(repr=False)
    start: int

    @property
    def end(self) -> int:
        """The frame after its last sample."""
        return self.start + len(self.samples)


class Mixer:
    """Mixes mono clips at `rate` Hz. Nothing is played before the frame that `read` has reached.

    Everything is played at `volume` (a factor), and while `ducked` at DUCKED of that.
    """

    def __init__(self, rate: int):
        self.rate = rate
        self.frame = 0
        self.volume = 1.0
        self.ducked = False
        self._gain = 1.0
        self._sounding: list[Sounding] = []

    def add(self, clip: Clip, at: int) -> Sounding:
        """Place `clip` so that its first sample is frame `at`; ValueError when that has passed, or when the
        clip has another rate."""
        if clip.rate != self.rate:
            raise ValueError(f"the clip has {clip.rate} Hz, the mixer {self.rate} Hz")
        if at < self.frame:
            raise ValueError(f"frame {at} has passed; the mixer is at {self.frame}")
        placed = Sounding(clip.samples, at)
        self._sounding.append(placed)
        return placed

    def cut(self, placed: Sounding, at: int | None = None) -> None:
        """Fade a clip out from frame `at` (now, when not given) on; nothing happens to one that has ended."""
        begin = max((self.frame if at is None else at) - placed.start, 0)
        if begin >= len(placed.samples):
            return
        fade = placed.samples[begin : begin + round(FADE_SECONDS * self.rate)]
        if begin == 0 and placed.start >= self.frame:
            placed.samples = placed.samples[:0]
            return
        tail = fade * np.linspace(1.0, 0.0, len(fade), dtype=np.float32)
        placed.samples = np.concatenate([placed.samples[:begin], tail])

    def read(self, frames: int) -> Samples:
        """The next `frames` frames of the mix, shape (frames,), limited to +-1."""
        block = np.zeros(frames, dtype=np.float32)
        begin, end = self.frame, self.frame + frames
        for placed in self._sounding:
            first, last = max(begin, placed.start), min(end, placed.end)
            if first < last:
                part = placed.samples[first - placed.start : last - placed.start]
                block[first - begin : last - begin] += part
        self.frame = end
        self._sounding = [placed for placed in self._sounding if placed.end > end]
        self._apply_gain(block)
        return np.clip(block, -1.0, 1.0, out=block)

    def _apply_gain(self, block: Samples) -> None:
        target = self.volume * (DUCKED if self.ducked else 1.0)
        if self._gain == target == 1.0:
            return
        seconds = DUCK_SECONDS if target < self._gain else UNDUCK_SECONDS
        reach = len(block) / self.rate / seconds
        end = max(target, self._gain - reach) if target < self._gain else min(target, self._gain + reach)
        block *= np.linspace(self._gain, end, len(block), dtype=np.float32)
        self._gain = end
