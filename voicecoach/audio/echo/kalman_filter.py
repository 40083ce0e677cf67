"""Learn the echo path from loudspeaker to microphone with adaptive filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from voicecoach.audio.echo.spectra import Powers, Spectra, power_of
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples in a block, and in a partition of the filter."""

BINS = BLOCK + 1
"""Frequency bins of a partition's spectrum."""


@dataclass(frozen=True, slots=True)
class KalmanParams:
    """How the filters start, and how exactly and how fast they adapt."""

    reverberation_time_s: float = 0.5
    """RT60 of the expected rooms: the variance of late echo before any was learnt."""
    constrained_partitions: int = 10
    """Partitions that are constrained to a block's length in each step, in turn: half of all. With
    a fifth 0.1 dB less of the echo is taken out, and fewer commands are heard under an echo that is
    10 dB above the user (docs/decisions/0006-echo-cancellers.md)."""
    young_blocks: int = 200
    """All partitions are constrained in this many first blocks, in which each step is large."""
    near_end_smoothing: float = 0.5
    """Weight of the previous block in the near end's spectrum."""


def expected(parts: int, reverberation_time_s: float) -> Powers:
    """Return the variance of an unknown echo path's spectrum, shape (parts, BINS).

    It decays as a room's reverberation does, from the second partition on.
    """
    seconds = np.maximum(np.arange(parts) - 1.5, 0.0) * BLOCK_SECONDS
    return np.repeat(
        (10 ** (-6 * seconds / reverberation_time_s)).astype(np.float32)[:, None], BINS, axis=1
    )


class KalmanFilters:
    """Partitioned-block Kalman filters in the frequency domain.

    After Enzner and Vary 2006; Kuech, Mabande and Enzner 2014. All filters learn from the same
    sound and are computed together: half of the cost of one is numpy's overhead for each step. All
    other sound at the microphone is their observation noise, so they learn slowly while the user
    speaks.

    Args:
        parts: Partitions of each filter, one block each.
        memories: State transition factor of each filter, just below 1: how little its path changes
            from block to block.
        params: Start and speed of the adaptation.
    """

    def __init__(
        self, parts: int, memories: Sequence[float], params: KalmanParams = KalmanParams()
    ):
        self._params = params
        self._memory = np.square(np.array(memories, dtype=np.float32))[:, None, None]
        self._expected = expected(parts, params.reverberation_time_s)
        shape = (len(memories), parts, BINS)
        self.weights: Spectra = np.zeros(shape, dtype=np.complex64)
        self.error_variance: Powers = np.broadcast_to(self._expected, shape).copy()
        self._near_end: Powers = np.full((len(memories), BINS), 1e-4, dtype=np.float32)
        self._padded = np.zeros((len(memories), 2 * BLOCK), dtype=np.float32)
        self._weighted: Spectra = np.empty_like(self.weights)
        self._uncertain: Powers = np.empty_like(self.error_variance)
        self._turn = 0
        self._young = self._params.young_blocks

    def process(self, near: Samples, far: Spectra, power: Powers) -> Samples:
        """Subtract each filter's prediction from a microphone block, and adapt the filters.

        Args:
            near: Microphone, shape (BLOCK,).
            far: Spectra of the reference, the latest first, each of a block and the one before it;
                shape (parts, BINS).
            power: `power_of(far)`.

        Returns:
            The block without the echo as each filter predicts it, shape (filters, BLOCK).
        """
        smoothing = self._params.near_end_smoothing
        clean = near - self.echoes(far)
        self._padded[:, BLOCK:] = clean
        error = np.fft.rfft(self._padded)
        self._near_end = smoothing * self._near_end + (1 - smoothing) * power_of(error)
        uncertain = np.multiply(power, self.error_variance, out=self._uncertain)
        uncertain *= np.float32(0.5)
        observed = np.add.reduce(uncertain, axis=1) + self._near_end + np.float32(1e-9)
        step = np.multiply(far.conj(), (error / observed)[:, None], out=self._weighted)
        step *= self.error_variance
        self.weights += step
        self._constrain()
        uncertain /= observed[:, None]  # the share of the variance that this block removes
        uncertain *= -self._memory
        uncertain += self._memory
        self.error_variance *= uncertain
        self.error_variance += (1 - self._memory) * power_of(self.weights) + np.float32(1e-10)
        return clean

    def _constrain(self) -> None:
        """Cut impulse responses back to a block, in the partitions whose turn it is."""
        count = self.weights.shape[1] if self._young else self._params.constrained_partitions
        whose = slice(0, count) if self._young else slice(self._turn, self._turn + count)
        self._turn = (self._turn + count) % self.weights.shape[1]
        self._young = max(0, self._young - 1)
        # Scaled alike both ways: unscaled, numpy converts to double precision and back.
        weights = np.fft.irfft(self.weights[:, whose], norm="ortho")
        weights[..., BLOCK:] = 0
        self.weights[:, whose] = np.fft.rfft(weights, norm="ortho")

    def echoes(self, far: Spectra) -> Samples:
        """Return the echo of `far` as each filter predicts it; shape (filters, BLOCK)."""
        weighted = np.multiply(far, self.weights, out=self._weighted)
        return np.asarray(
            np.fft.irfft(np.add.reduce(weighted, axis=1))[:, BLOCK:], dtype=np.float32
        )

    def echo(self, number: int, far: Spectra) -> Samples:
        """Return the echo of `far` as one filter predicts it; shape (BLOCK,)."""
        weighted = np.multiply(far, self.weights[number], out=self._weighted[0])
        return np.asarray(np.fft.irfft(np.add.reduce(weighted, axis=0))[BLOCK:], dtype=np.float32)

    def learn_from(self, learner: int, teacher: int) -> None:
        """Copy another filter's weights, with the variance of a path that has just changed."""
        self.take_over(learner, teacher)
        loudness = np.float32(np.mean(np.sum(power_of(self.weights[learner]), axis=0)))
        variance = np.maximum(self.error_variance[learner], self.error_variance[teacher])
        self.error_variance[learner] = np.maximum(variance, loudness * self._expected)
        self._young = self._params.young_blocks

    def take_over(self, learner: int, teacher: int) -> None:
        """Copy the weights of another filter."""
        self.weights[learner] = self.weights[teacher]

    def rest(self, blocks: int) -> None:
        """Raise the variance for blocks without reference, in which the path may have changed."""
        memory = self._memory**blocks
        self.error_variance *= memory
        self.error_variance += (1 - memory) * power_of(self.weights)

    def forget(self) -> None:
        """Reset all filters to the initial state."""
        self.weights[:] = 0
        self.error_variance[:] = self._expected
        self._young = self._params.young_blocks
