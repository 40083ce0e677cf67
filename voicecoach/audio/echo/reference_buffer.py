"""What was played, kept to be read at any time and speed: delayed, and at the pace of the microphone's clock."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from voicecoach.core.audio import HEARING_RATE, Samples

KEPT = 3.1
"""Seconds that are kept: the longest delay that is looked for, and what the filters span."""

TAPS = 16
"""Samples from which one between them is computed."""

_SPACE = 4
"""Times as much room as is kept: so rarely all of it is moved to the beginning, and not at each block."""

PHASES = 256
"""Places between two samples that are told apart: at 4 kHz an error of -50 dB."""

PASS_BAND = 0.94
"""Share of the band that is kept: near half the sampling rate so short a kernel cannot be exact."""

_MOST_SHIFT = 0.25
"""Samples by which places may shift, against those of what was played, until what is read is pieced together."""


def _kernels() -> Samples:
    """Windowed sinc for each place between two samples, backwards as for a convolution; shape (PHASES + 1, TAPS)."""
    offsets = np.arange(TAPS) - TAPS // 2 + 1 - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7 * np.sqrt(np.clip(1 - (offsets / (TAPS / 2)) ** 2, 0, 1))) / np.i0(7)
    return (PASS_BAND * np.sinc(PASS_BAND * offsets) * window)[:, ::-1].astype(np.float32)


class ReferenceBuffer:
    """Samples by their number; the first that is fed is number 0. What is not there (any more, or yet) is silence."""

    def __init__(self) -> None:
        self._length = round(KEPT * HEARING_RATE)
        self._space = np.zeros(_SPACE * self._length, dtype=np.float32)
        self._filled = self._length
        self._kernels = _kernels()
        self.end = 0

    def feed(self, samples: Samples) -> None:
        """What is played next; shape (frames,)."""
        if self._filled + len(samples) > len(self._space):
            self._space[: self._length] = self._kept
            self._filled = self._length
        self._space[self._filled : self._filled + len(samples)] = samples
        self._filled += len(samples)
        self.end += len(samples)

    def silence(self, frames: int) -> None:
        """The last `frames` samples were not played after all."""
        self._kept[len(self._kept) - frames :] = 0.0

    @property
    def _kept(self) -> Samples:
        return self._space[self._filled - self._length : self._filled]

    def read(self, start: float, frames: int, pace: float = 1.0) -> Samples:
        """`frames` samples from number `start` on, `pace` apart (1 is as played)."""
        parts = 1 + int(abs(pace - 1) * frames / _MOST_SHIFT)
        ends = [round(frames * part / parts) for part in range(parts + 1)]
        pieces = [self._piece(start + pace * at, end - at, pace) for at, end in pairwise(ends)]
        return pieces[0] if parts == 1 else np.concatenate(pieces)

    def _piece(self, start: float, frames: int, pace: float) -> Samples:
        """The same of so few that their places shift by a fraction of a sample: what is read with the shift at their
        beginning fades into what is read with that at their end."""
        first = self._shifted(start, frames)
        shift = (pace - 1) * frames
        if not shift:
            return first
        fade = np.arange(frames, dtype=np.float32) / np.float32(frames)
        first += fade * (self._shifted(start + shift, frames) - first)
        return first

    def _shifted(self, start: float, frames: int) -> Samples:
        """`frames` samples from number `start` on, as played."""
        whole = math.floor(start)
        kernel = self._kernels[round((start - whole) * PHASES)]
        read: Samples = np.convolve(self._taken(whole - TAPS // 2 + 1, frames + TAPS - 1), kernel, "valid")
        return read

    def _taken(self, start: int, frames: int) -> Samples:
        """`frames` samples from number `start` on; silence where there are none."""
        begin = start - self.end + len(self._kept)
        if begin >= 0 and begin + frames <= len(self._kept):
            return self._kept[begin : begin + frames]
        taken = np.zeros(frames, dtype=np.float32)
        there = slice(max(begin, 0), min(max(begin + frames, 0), len(self._kept)))
        if there.start < there.stop:
            taken[there.start - begin : there.stop - begin] = self._kept[there]
        return taken
