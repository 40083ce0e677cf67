"""An adaptive filter that learns the echo's way from loudspeaker to microphone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from voicecoach.audio.echo.spectra import Powers, Spectra, power_of
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples in a block, and in a partition of the filter."""

BINS = BLOCK + 1

DECAY = 0.5
"""Reverberation time (s) of the rooms that are expected: how likely late echo is before anything was learnt."""

CONSTRAINED = 10
"""Partitions whose way is made one that fits into a block again, in turn: half of them. With a fifth of them 0.1 dB
less of the echo is taken out, and where it is 10 dB above the user some commands fewer are heard
(docs/decisions/0006-echo-cancellers.md)."""

YOUNG = 200
"""Blocks in which all of them are: while little is known of the way each step is large."""

SMOOTHING = 0.5
"""Of the near end's spectrum, from block to block."""


def expected(parts: int) -> Powers:
    """How large a way may be that nothing is known of, as the variance of its spectrum; shape (parts, BINS). It decays
    as a room's reverberation does, from the second partition on."""
    seconds = np.maximum(np.arange(parts) - 1.5, 0.0) * BLOCK_SECONDS
    return np.repeat((10 ** (-6 * seconds / DECAY)).astype(np.float32)[:, None], BINS, axis=1)


class KalmanFilters:
    """Partitioned-block Kalman filters in the frequency domain (Enzner and Vary 2006; Kuech, Mabande and Enzner 2014),
    one for each of `memories`: how little it thinks that the way changes from block to block (just below 1). They learn
    from the same sound, and are computed together: half of what one costs is numpy's own for each step.

    What else is at the microphone is their observation noise, so they learn slowly while the user speaks.
    """

    def __init__(self, parts: int, memories: Sequence[float]):
        self._memory = np.square(np.array(memories, dtype=np.float32))[:, None, None]
        self._expected = expected(parts)
        shape = (len(memories), parts, BINS)
        self.weights: Spectra = np.zeros(shape, dtype=np.complex64)
        self.error_variance: Powers = np.broadcast_to(self._expected, shape).copy()
        self._near_end: Powers = np.full((len(memories), BINS), 1e-4, dtype=np.float32)
        self._padded = np.zeros((len(memories), 2 * BLOCK), dtype=np.float32)
        self._weighted: Spectra = np.empty_like(self.weights)
        self._uncertain: Powers = np.empty_like(self.error_variance)
        self._turn = 0
        self._young = YOUNG

    def process(self, near: Samples, far: Spectra, power: Powers) -> Samples:
        """The microphone's block without the echo, as each filter predicts it; shape (filters, BLOCK). `far` are the
        spectra of what was played, the latest first, each of the block and the one before it, and `power` theirs
        (`power_of`); shape (parts, BINS)."""
        clean = near - self.echoes(far)
        self._padded[:, BLOCK:] = clean
        error = np.fft.rfft(self._padded)
        self._near_end = SMOOTHING * self._near_end + (1 - SMOOTHING) * power_of(error)
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
        """What the step has made longer than a block is cut off again, in the partitions whose turn it is."""
        count = self.weights.shape[1] if self._young else CONSTRAINED
        whose = slice(0, count) if self._young else slice(self._turn, self._turn + count)
        self._turn = (self._turn + count) % self.weights.shape[1]
        self._young = max(0, self._young - 1)
        # Scaled alike both ways: unscaled, numpy converts to double precision and back.
        weights = np.fft.irfft(self.weights[:, whose], norm="ortho")
        weights[..., BLOCK:] = 0
        self.weights[:, whose] = np.fft.rfft(weights, norm="ortho")

    def echoes(self, far: Spectra) -> Samples:
        """What each way makes of `far`; shape (filters, BLOCK)."""
        weighted = np.multiply(far, self.weights, out=self._weighted)
        return np.asarray(np.fft.irfft(np.add.reduce(weighted, axis=1))[:, BLOCK:], dtype=np.float32)

    def echo(self, number: int, far: Spectra) -> Samples:
        """What the way of one filter makes of `far`; shape (BLOCK,)."""
        weighted = np.multiply(far, self.weights[number], out=self._weighted[0])
        return np.asarray(np.fft.irfft(np.add.reduce(weighted, axis=0))[BLOCK:], dtype=np.float32)

    def learn_from(self, learner: int, teacher: int) -> None:
        """Let a filter take over another's way, and doubt it as one that has just changed."""
        self.take_over(learner, teacher)
        loudness = np.float32(np.mean(np.sum(power_of(self.weights[learner]), axis=0)))
        variance = np.maximum(self.error_variance[learner], self.error_variance[teacher])
        self.error_variance[learner] = np.maximum(variance, loudness * self._expected)
        self._young = YOUNG

    def take_over(self, learner: int, teacher: int) -> None:
        """Let a filter go on from another's way."""
        self.weights[learner] = self.weights[teacher]

    def rest(self, blocks: int) -> None:
        """For so many blocks nothing was played, and nothing could be learnt: the ways may have changed meanwhile."""
        memory = self._memory**blocks
        self.error_variance *= memory
        self.error_variance += (1 - memory) * power_of(self.weights)

    def forget(self) -> None:
        """Begin anew."""
        self.weights[:] = 0
        self.error_variance[:] = self._expected
        self._young = YOUNG
