"""Mix clips that begin at absolute frames.

The count of mixed frames is the coach's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from voicecoach.core.audio import Clip, Samples


@dataclass(frozen=True, slots=True)
class MixerParams:
    """Set how clips are cut and ducked."""

    fade_s: float = 0.01
    """Length of the fade of a clip that is cut, so that it does not click."""

    ducked_gain: float = 0.1
    """Gain (-20 dB) of the coach while somebody else speaks."""

    duck_s: float = 0.06
    unduck_s: float = 0.3
    """Time in which the gain falls or rises over its whole range."""


MIXER_PARAMS = MixerParams()
"""The values that the coach uses."""


@dataclass(slots=True)
class Sounding:
    """Hold a clip placed in the mix.

    `start` is the absolute frame of its first sample.
    """

    samples: Samples = field(repr=False)
    start: int

    @property
    def end(self) -> int:
        """Return the frame after the last sample."""
        return self.start + len(self.samples)


class Mixer:
    """Mix mono clips at `rate` Hz.

    Nothing is played before the frame that `read` has reached. Everything is played at `volume` (a
    factor), and while `ducked` at `params.ducked_gain` of that.
    """

    def __init__(self, rate: int, params: MixerParams = MIXER_PARAMS):
        self.rate = rate
        self._params = params
        self.frame = 0
        self.volume = 1.0
        self.ducked = False
        self._gain = 1.0
        self._sounding: list[Sounding] = []

    def add(self, clip: Clip, at: int) -> Sounding:
        """Place `clip` so that its first sample is frame `at`.

        Raises:
            ValueError: The frame has passed, or the clip has another rate.
        """
        if clip.rate != self.rate:
            raise ValueError(f"the clip has {clip.rate} Hz, the mixer {self.rate} Hz")
        if at < self.frame:
            raise ValueError(f"frame {at} has passed; the mixer is at {self.frame}")
        placed = Sounding(clip.samples, at)
        self._sounding.append(placed)
        return placed

    def cut(self, placed: Sounding, at: int | None = None) -> None:
        """Fade a clip out from frame `at` (default: now) on.

        A clip that has ended stays as it is.
        """
        begin = max((self.frame if at is None else at) - placed.start, 0)
        if begin >= len(placed.samples):
            return
        fade = placed.samples[begin : begin + round(self._params.fade_s * self.rate)]
        if begin == 0 and placed.start >= self.frame:
            placed.samples = placed.samples[:0]
            return
        tail = fade * np.linspace(1.0, 0.0, len(fade), dtype=np.float32)
        placed.samples = np.concatenate([placed.samples[:begin], tail])

    def read(self, frames: int) -> Samples:
        """Return the next `frames` frames of the mix, shape (frames,), limited to +-1."""
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
        target = self.volume * (self._params.ducked_gain if self.ducked else 1.0)
        if self._gain == target == 1.0:
            return
        seconds = self._params.duck_s if target < self._gain else self._params.unduck_s
        reach = len(block) / self.rate / seconds
        end = (
            max(target, self._gain - reach)
            if target < self._gain
            else min(target, self._gain + reach)
        )
        block *= np.linspace(self._gain, end, len(block), dtype=np.float32)
        self._gain = end
