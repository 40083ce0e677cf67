"""Takes the coach's voice out of the microphone by prediction alone: it leaves the user's voice as it is.

The reference is read as late as it is heard and at the pace of the microphone's clock, bent as the loudspeaker bends
it, and two adaptive filters predict its echo: one that learns slowly and well, one that is quick after somebody has
moved.
"""

from __future__ import annotations

import logging

import numpy as np

from voicecoach.audio.alignment import Alignment
from voicecoach.audio.hindsight import Hindsight
from voicecoach.audio.kalman import BINS, BLOCK, KalmanFilter, Spectra, power_of
from voicecoach.audio.reference import TAPS, Reference
from voicecoach.events import HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

PARTS = 20
"""Blocks that a filter spans: 0.4 s, where most rooms' echo is 40 dB down."""

EARLY = 480
"""Samples before the loudest arrival that the filters span: what is taken for it may be a reflection."""

ASTRAY = 80
"""Samples by which the lag may move before the reference is read anew: 5 ms."""

STEADY = 0.9995
QUICK = 0.98
"""How little the slow and the quick filter think that the way changes from block to block."""

SMOOTHING = 0.9
"""Of the filters' remaining power, from block to block."""

BETTER = 0.5
"""A filter is better than the other when this share of the other's power remains."""

QUICK_WINS = 15
"""Blocks for which the quick filter must be better until the slow one takes over its way."""

STEADY_WINS = 50
"""The same the other way."""

LEAST_DRIFT = 3e-6
"""A smaller drift is left to the filters."""

BEND_MEMORY = 0.999
"""Of what is known of the loudspeaker's bending, from block to block."""

MOMENTS_MEMORY = 0.998
"""Of the mean square and fourth power of the reference."""

LAGS_BEFORE_BENDING = 8
"""Comparisons after which the lag is known well enough to learn the bending."""

BEND_RANGE = (-6.0, 1.0)
"""Of the cubic part: loudspeakers compress."""

LEAST_POWER = 1e-6
"""Mean square of a block of reference from which it teaches anything about bending."""

INAUDIBLE = 16
"""Comparisons (four seconds of the coach's voice) without any lag after which it is taken for inaudible at the
microphone: headphones, a speaker in another room. Longer than the longest delay that is looked for, by a second."""


class Bending:
    """The loudspeaker's distortion, as a cubic part of the reference (a Hammerstein model): what of the cube is not the
    reference again, at a weight that is learnt by least squares."""

    def __init__(self) -> None:
        self.weight = 0.0
        self._cubes: Spectra = np.zeros((PARTS, BINS), dtype=np.complex64)
        self._odd: Spectra = self._cubes
        self._square, self._fourth = 1e-6, 1e-7
        self._power, self._match = 1e-9, 0.0

    def bent(self, far: Spectra, samples: Samples) -> Spectra:
        """`far` as the loudspeaker bends it; `samples` are those of its first spectrum, shape (2 * BLOCK,)."""
        block = samples[BLOCK:]
        square = float(np.mean(np.square(block)))
        if square > LEAST_POWER:
            self._square = MOMENTS_MEMORY * self._square + (1 - MOMENTS_MEMORY) * square
            self._fourth = MOMENTS_MEMORY * self._fourth + (1 - MOMENTS_MEMORY) * float(np.mean(block**4))
        self._cubes[1:] = self._cubes[:-1].copy()
        self._cubes[0] = np.fft.rfft(samples**3)
        self._odd = self._cubes - np.complex64(self._fourth / self._square) * far
        return far + np.complex64(self.weight) * self._odd

    def learn(self, way: KalmanFilter, clean: Samples, block: Samples) -> None:
        """From what remained of a block with the way of a filter."""
        if np.mean(np.square(block)) < LEAST_POWER:
            return
        cubic = way.echo(self._odd)
        certainty = 1 / (float(np.mean(np.square(clean))) + 1e-9)
        power = float(cubic @ cubic)
        self._power = BEND_MEMORY * self._power + certainty * power
        self._match = BEND_MEMORY * self._match + certainty * (float(cubic @ clean) + self.weight * power)
        self.weight = float(np.clip(self._match / (1.02 * self._power + 1e-9), *BEND_RANGE))

    def rebuild(self, spectra: Spectra) -> None:
        """The cubes' spectra are these from now on."""
        self._cubes = spectra


_NOTHING: Spectra = np.zeros(BINS, dtype=np.complex64)
"""The spectrum of silence."""


class LinearCanceller:
    """Feed it blocks of BLOCK samples of microphone and of what was played meanwhile, both 16 kHz mono. `learnt` counts
    the blocks of the coach's voice that it has learnt from since it knows how late that is heard, `moved` how often the
    echo's way has changed: then the filter that learns quickly is far better for a while, whoever speaks."""

    def __init__(self) -> None:
        self.alignment = Alignment()
        self._reference = Reference()
        self._bending = Bending()
        self._steady, self._quick = KalmanFilter(PARTS, STEADY), KalmanFilter(PARTS, QUICK)
        self._left = np.full(2, 1e-9)
        self._wins = [0, 0]
        self._far: Spectra = np.zeros((PARTS, BINS), dtype=np.complex64)
        self._before = np.zeros(BLOCK, dtype=np.float32)
        self._delay = float(TAPS // 2)
        self._lag: int | None = None
        self._measured = 0
        self._silent = PARTS + 1
        self._hindsight = Hindsight(PARTS)
        self._read_last = self._far[0]
        self.learnt = 0
        self.moved = 0

    @property
    def delay(self) -> float | None:
        """Seconds by which the coach's voice is heard later than it is played; None until that is known."""
        return self._lag / HEARING_RATE if self._lag is not None else None

    @property
    def inaudible(self) -> bool:
        """Whether the coach's voice has long been played, and was not found at the microphone."""
        return self.alignment.missed >= INAUDIBLE

    def process(self, near: Samples, far: Samples) -> Samples:
        """A block of microphone without the echo; as it is until the echo was found."""
        self._reference.feed(far)
        self.alignment.feed(near, far)
        self._align()
        if not self._measured:
            return near
        block = self._read()
        self._silent = 0 if np.any(block) else self._silent + 1
        if self._silent > PARTS:
            self._read_last = _NOTHING
            return near
        self.learnt += 1
        samples = np.concatenate([self._before, block])
        self._before = block
        self._far[1:] = self._far[:-1].copy()
        self._far[0] = np.fft.rfft(samples)
        bent = self._bending.bent(self._far, samples)
        self._read_last = bent[0]
        power = power_of(bent)
        outputs = [one.process(near, bent, power) for one in (self._steady, self._quick)]
        self._left = SMOOTHING * self._left + (1 - SMOOTHING) * np.mean(np.square(outputs), axis=1)
        best = int(np.argmin(self._left))
        if self.alignment.drift or self._measured > LAGS_BEFORE_BENDING:
            self._bending.learn((self._steady, self._quick)[best], outputs[best], block)
        self._exchange()
        return outputs[best]

    def heard(self, near: Samples, clean: Samples) -> None:
        """What was made in the end of the block `near` that was processed last: for `vanished`."""
        if self._measured:
            self._hindsight.feed(near, self._read_last, clean)

    def vanished(self, since: float, until: float) -> float | None:
        """How many dB of what was heard between `since` and `until` (seconds ago) can be told to be an echo by what is
        known now. None where nothing can be told."""
        return self._hindsight.vanished(since, until, (self._steady, self._quick))

    def _read(self) -> Samples:
        drift = self.alignment.drift if abs(self.alignment.drift) > LEAST_DRIFT else 0.0
        block = self._reference.read(self._reference.end - BLOCK - self._delay, BLOCK, 1 - drift)
        self._delay += drift * BLOCK
        return block

    def _align(self) -> None:
        """Read the reference as late as it is heard. A lag that jumped (the sound system lost or repeated something) is
        followed once it was measured twice; what was learnt of the way stays."""
        lag, measured = self.alignment.lag, self.alignment.measured
        if lag is None or measured == self._measured:
            return
        first = self._measured == 0
        again = self._lag is not None and abs(lag - self._lag) < ASTRAY
        self._measured, self._lag = measured, lag
        wanted = max(float(lag - EARLY), TAPS / 2)
        if abs(wanted - self._delay) < ASTRAY or not (first or again):
            return
        _LOG.info("the coach's voice is heard %.0f ms after it is played", 1000 * lag / HEARING_RATE)
        self._delay = wanted
        self._rebuild()
        self._hindsight.clear()
        if first:
            self._steady.forget()
            self._quick.forget()

    def _rebuild(self) -> None:
        """The spectra of what was played before, at the present delay."""
        end = self._reference.end - BLOCK - self._delay
        past = [self._reference.read(end - (part + 2) * BLOCK, 2 * BLOCK) for part in range(PARTS)]
        self._before = past[0][BLOCK:]
        self._far = np.fft.rfft(np.stack(past), axis=1)
        self._bending.rebuild(np.fft.rfft(np.stack(past) ** 3, axis=1))

    def _exchange(self) -> None:
        """A filter that has long been much worse goes on from the other's way."""
        steady, quick = self._left
        self._wins[1] = self._wins[1] + 1 if quick < BETTER * steady else 0
        self._wins[0] = self._wins[0] + 1 if steady < BETTER * quick else 0
        if self._wins[1] > QUICK_WINS:
            self._steady.learn_from(self._quick)
            self.moved += 1
            self._left[0], self._wins[1] = quick, 0
        if self._wins[0] > STEADY_WINS:
            self._quick.way[:] = self._steady.way
            self._left[1], self._wins[0] = steady, 0
