"""What was played, kept to be read at any time and speed: delayed, and at the pace of the microphone's clock."""

from __future__ import annotations

import numpy as np

from voicecoach.events import HEARING_RATE, Samples

KEPT = 3.1
"""Seconds that are kept: the longest delay that is looked for, and what the filters span."""

TAPS = 16
"""Samples from which one between them is computed."""

PHASES = 256
"""Places between two samples that are told apart: at 4 kHz an error of -50 dB."""

PASS_BAND = 0.94
"""Share of the band that is kept: near half the sampling rate so short a kernel cannot be exact."""


def _kernels() -> Samples:
    """Windowed sinc for each place between two samples; shape (PHASES + 1, TAPS)."""
    offsets = np.arange(TAPS) - TAPS // 2 + 1 - np.arange(PHASES + 1)[:, None] / PHASES
    window = np.i0(7 * np.sqrt(np.clip(1 - (offsets / (TAPS / 2)) ** 2, 0, 1))) / np.i0(7)
    return (PASS_BAND * np.sinc(PASS_BAND * offsets) * window).astype(np.float32)


class Reference:
    """Samples by their number; the first that is fed is number 0. What is not there (any more, or yet) is silence."""

    def __init__(self) -> None:
        self._kept = np.zeros(round(KEPT * HEARING_RATE), dtype=np.float32)
        self._kernels = _kernels()
        self._taps = np.arange(TAPS) - TAPS // 2 + 1
        self.end = 0

    def feed(self, samples: Samples) -> None:
        """What is played next; shape (frames,)."""
        self._kept = np.concatenate([self._kept[len(samples) :], samples])
        self.end += len(samples)

    def read(self, start: float, frames: int, pace: float = 1.0) -> Samples:
        """`frames` samples from number `start` on, `pace` apart (1 is as played)."""
        places = start + pace * np.arange(frames)
        whole = np.floor(places)
        kernels = self._kernels[np.round((places - whole) * PHASES).astype(np.intp)]
        indices = (whole.astype(np.intp) - self.end + len(self._kept))[:, None] + self._taps
        there = (indices >= 0) & (indices < len(self._kept))
        taken = np.where(there, self._kept[np.clip(indices, 0, len(self._kept) - 1)], np.float32(0))
        read: Samples = np.einsum("ij,ij->i", taken, kernels)
        return read
