"""An adaptive filter that learns the echo's way from loudspeaker to microphone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voicecoach.events import BLOCK_SECONDS, HEARING_RATE, Samples

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples in a block, and in a partition of the filter."""

BINS = BLOCK + 1

DECAY = 0.5
"""Reverberation time (s) of the rooms that are expected: how likely late echo is before anything was learnt."""

SMOOTHING = 0.5
"""Of the near end's spectrum, from block to block."""

Spectra = npt.NDArray[np.complexfloating]
Powers = npt.NDArray[np.floating]


def expected(parts: int) -> Powers:
    """How large a way may be that nothing is known of, as the variance of its spectrum; shape (parts, BINS). It decays
    as a room's reverberation does, from the second partition on."""
    seconds = np.maximum(np.arange(parts) - 1.5, 0.0) * BLOCK_SECONDS
    return np.repeat((10 ** (-6 * seconds / DECAY)).astype(np.float32)[:, None], BINS, axis=1)


class KalmanFilter:
    """A partitioned-block Kalman filter in the frequency domain (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014).

    What else is at the microphone is its observation noise, so it learns slowly while the user speaks. `memory` (just
    below 1) is how little the way is thought to change from block to block.
    """

    def __init__(self, parts: int, memory: float):
        self._memory = np.float32(memory * memory)
        self._expected = expected(parts)
        self.way: Spectra = np.zeros((parts, BINS), dtype=np.complex64)
        self.doubt: Powers = self._expected.copy()
        self._near_end: Powers = np.full(BINS, 1e-4, dtype=np.float32)

    def process(self, near: Samples, far: Spectra) -> Samples:
        """The microphone's block without the echo; `far` are the spectra of what was played, the latest first, each of
        the block and the one before it; shape (parts, BINS)."""
        clean = near - self.echo(far)
        error = np.fft.rfft(np.concatenate([np.zeros(BLOCK, dtype=np.float32), clean]))
        power = far.real**2 + far.imag**2
        self._near_end = SMOOTHING * self._near_end + (1 - SMOOTHING) * (error.real**2 + error.imag**2)
        gain = self.doubt / (0.5 * np.sum(power * self.doubt, axis=0) + self._near_end + np.float32(1e-9))
        step = np.fft.irfft(gain * far.conj() * error, axis=1)
        step[:, BLOCK:] = 0
        self.way += np.fft.rfft(step, axis=1)
        known = np.maximum(1 - 0.5 * gain * power, 0) * self.doubt
        change = (1 - self._memory) * (self.way.real**2 + self.way.imag**2)
        self.doubt = self._memory * known + change + np.float32(1e-10)
        return clean

    def echo(self, far: Spectra) -> Samples:
        """What the way makes of `far`; shape (BLOCK,)."""
        return np.asarray(np.fft.irfft(np.sum(far * self.way, axis=0))[BLOCK:], dtype=np.float32)

    def learn_from(self, other: KalmanFilter) -> None:
        """Take over another's way, and doubt it as one that has just changed."""
        self.way[:] = other.way
        loudness = np.float32(np.mean(np.sum(self.way.real**2 + self.way.imag**2, axis=0)))
        self.doubt = np.maximum(np.maximum(self.doubt, other.doubt), loudness * self._expected)

    def forget(self) -> None:
        """Begin anew."""
        self.way[:] = 0
        self.doubt = self._expected.copy()
