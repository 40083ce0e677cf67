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

CONSTRAINED = 5
"""Partitions whose way is made one that fits into a block again, in turn. All of them at each block would take half as
long again, and predict no better (within 0.1 dB over two scenarios of the simulated room), except at first."""

YOUNG = 200
"""Blocks in which all of them are: while little is known of the way each step is large."""

SMOOTHING = 0.5
"""Of the near end's spectrum, from block to block."""

Spectra = npt.NDArray[np.complexfloating]
Powers = npt.NDArray[np.floating]


def expected(parts: int) -> Powers:
    """How large a way may be that nothing is known of, as the variance of its spectrum; shape (parts, BINS). It decays
    as a room's reverberation does, from the second partition on."""
    seconds = np.maximum(np.arange(parts) - 1.5, 0.0) * BLOCK_SECONDS
    return np.repeat((10 ** (-6 * seconds / DECAY)).astype(np.float32)[:, None], BINS, axis=1)


def power_of(spectra: Spectra) -> Powers:
    """The power of each bin."""
    power: Powers = spectra.real**2 + spectra.imag**2
    return power


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
        self._turn = 0
        self._young = YOUNG

    def process(self, near: Samples, far: Spectra, power: Powers) -> Samples:
        """The microphone's block without the echo; `far` are the spectra of what was played, the latest first, each of
        the block and the one before it, and `power` theirs (`power_of`); shape (parts, BINS)."""
        clean = near - self.echo(far)
        error = np.fft.rfft(np.concatenate([np.zeros(BLOCK, dtype=np.float32), clean]))
        self._near_end = SMOOTHING * self._near_end + (1 - SMOOTHING) * power_of(error)
        gain = self.doubt / (0.5 * np.sum(power * self.doubt, axis=0) + self._near_end + np.float32(1e-9))
        self.way += gain * far.conj() * error
        self._constrain()
        known = np.maximum(1 - 0.5 * gain * power, 0) * self.doubt
        change = (1 - self._memory) * power_of(self.way)
        self.doubt = self._memory * known + change + np.float32(1e-10)
        return clean

    def _constrain(self) -> None:
        """What the step has made longer than a block is cut off again, in the partitions whose turn it is."""
        count = len(self.way) if self._young else CONSTRAINED
        parts = np.arange(self._turn, self._turn + count) % len(self.way)
        self._turn = (self._turn + count) % len(self.way)
        self._young = max(0, self._young - 1)
        ways = np.fft.irfft(self.way[parts], axis=1)
        ways[:, BLOCK:] = 0
        self.way[parts] = np.fft.rfft(ways, axis=1)

    def echo(self, far: Spectra) -> Samples:
        """What the way makes of `far`; shape (BLOCK,)."""
        return np.asarray(np.fft.irfft(np.sum(far * self.way, axis=0))[BLOCK:], dtype=np.float32)

    def learn_from(self, other: KalmanFilter) -> None:
        """Take over another's way, and doubt it as one that has just changed."""
        self.way[:] = other.way
        loudness = np.float32(np.mean(np.sum(power_of(self.way), axis=0)))
        self.doubt = np.maximum(np.maximum(self.doubt, other.doubt), loudness * self._expected)
        self._young = YOUNG

    def forget(self) -> None:
        """Begin anew."""
        self.way[:] = 0
        self.doubt = self._expected.copy()
        self._young = YOUNG
