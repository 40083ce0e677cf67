"""Keep the reference, to be read at any delay and at the microphone's pace."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from voicecoach.core.audio import HEARING_RATE, Samples

KEPT_S = 3.1
"""Sound that is kept: the longest delay that is searched, and the span of the filters."""

TAPS = 16
"""Samples from which an interpolated one is computed."""

_SPACE = 4
"""Size of the array in multiples of the kept sound, so that it is rarely moved to the beginning."""

PHASES = 256
"""Interpolated positions between two samples: an error of -50 dB at 4 kHz."""

PASS_BAND = 0.94
"""Share of the band that is kept: so short a kernel is not exact near half the sampling rate."""

_MAX_SHIFT_SAMPLES = 0.25
"""Greatest shift within a piece that is read, due to the pace."""


def _kernels() -> Samples:
    """Return a reversed windowed sinc for each phase; shape (PHASES + 1, TAPS)."""
    offsets = np.arange(TAPS) - TAPS // 2 + 1 - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7 * np.sqrt(np.clip(1 - (offsets / (TAPS / 2)) ** 2, 0, 1))) / np.i0(7)
    return (PASS_BAND * np.sinc(PASS_BAND * offsets) * window)[:, ::-1].astype(np.float32)


class ReferenceBuffer:
    """Addresses samples by number, from 0 on; samples outside the kept ones are silence."""

    def __init__(self) -> None:
        self._length = round(KEPT_S * HEARING_RATE)
        self._space = np.zeros(_SPACE * self._length, dtype=np.float32)
        self._filled = self._length
        self._kernels = _kernels()
        self.end = 0

    def feed(self, samples: Samples) -> None:
        """Add the samples that are played next; shape (frames,)."""
        if self._filled + len(samples) > len(self._space):
            self._space[: self._length] = self._kept
            self._filled = self._length
        self._space[self._filled : self._filled + len(samples)] = samples
        self._filled += len(samples)
        self.end += len(samples)

    def silence(self, frames: int) -> None:
        """Replace the last `frames` samples by silence: they were not played."""
        self._kept[len(self._kept) - frames :] = 0.0

    @property
    def _kept(self) -> Samples:
        return self._space[self._filled - self._length : self._filled]

    def read(self, start: float, frames: int, pace: float = 1.0) -> Samples:
        """Return `frames` samples from number `start` on, `pace` samples apart."""
        parts = 1 + int(abs(pace - 1) * frames / _MAX_SHIFT_SAMPLES)
        ends = [round(frames * part / parts) for part in range(parts + 1)]
        pieces = [self._piece(start + pace * at, end - at, pace) for at, end in pairwise(ends)]
        return pieces[0] if parts == 1 else np.concatenate(pieces)

    def _piece(self, start: float, frames: int, pace: float) -> Samples:
        """Read so few samples that the pace shifts them by a fraction of a sample.

        Crossfade the samples at the shift of the beginning with those at the shift of the end.
        """
        first = self._shifted(start, frames)
        shift = (pace - 1) * frames
        if not shift:
            return first
        fade = np.arange(frames, dtype=np.float32) / np.float32(frames)
        first += fade * (self._shifted(start + shift, frames) - first)
        return first

    def _shifted(self, start: float, frames: int) -> Samples:
        """Return `frames` samples from the fractional number `start` on, at the played pace."""
        whole = math.floor(start)
        kernel = self._kernels[round((start - whole) * PHASES)]
        read: Samples = np.convolve(
            self._taken(whole - TAPS // 2 + 1, frames + TAPS - 1), kernel, "valid"
        )
        return read

    def _taken(self, start: int, frames: int) -> Samples:
        """Return `frames` samples from number `start` on; silence where there are none."""
        begin = start - self.end + len(self._kept)
        if begin >= 0 and begin + frames <= len(self._kept):
            return self._kept[begin : begin + frames]
        taken = np.zeros(frames, dtype=np.float32)
        there = slice(max(begin, 0), min(max(begin + frames, 0), len(self._kept)))
        if there.start < there.stop:
            taken[there.start - begin : there.stop - begin] = self._kept[there]
        return taken
