"""Takes the coach's voice out of the microphone by prediction alone: it leaves the user's voice as it is.

The reference is read as late as it is heard and at the pace of the microphone's clock, bent as the loudspeaker bends
it, and two adaptive filters predict its echo: one that learns slowly and well, one that is quick after somebody has
moved.
"""

from __future__ import annotations

import logging

import numpy as np

from voicecoach.audio.echo.delay_estimator import DelayEstimator, DelayEstimatorParams
from voicecoach.audio.echo.kalman_filter import BINS, BLOCK, KalmanFilters, KalmanParams
from voicecoach.audio.echo.reference_buffer import TAPS, ReferenceBuffer
from voicecoach.audio.echo.retrospective import EchoRetrospective
from voicecoach.audio.echo.spectra import Powers, Recent, Spectra, mean_square, power_of
from voicecoach.core.audio import HEARING_RATE, Samples

_LOG = logging.getLogger(__name__)

PARTS = 20
"""Blocks that a filter spans: 0.4 s, where most rooms' echo is 40 dB down."""

EARLY = 480
"""Samples before the loudest arrival that the filters span: what is taken for it may be a reflection."""

DELAY_TOLERANCE_SAMPLES = 80
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


class LoudspeakerNonlinearity:
    """The loudspeaker's distortion, as a cubic part of the reference (a Hammerstein model): what of the cube is not the
    reference again, at a weight that is learnt by least squares."""

    def __init__(self) -> None:
        self.weight = 0.0
        self._odd = Recent[Spectra](_NOTHINGS)
        self._square, self._fourth = 1e-6, 1e-7
        self._power, self._match = 1e-9, 0.0

    def bent(self, far: Spectra, samples: Samples) -> Spectra:
        """`far`, the spectrum of `samples`, shape (2 * BLOCK,), as the loudspeaker bends it as far as that is known."""
        block = samples[BLOCK:]
        square, fourth = mean_square(block), mean_square(np.square(block))
        if square > LEAST_POWER:
            self._square = MOMENTS_MEMORY * self._square + (1 - MOMENTS_MEMORY) * square
            self._fourth = MOMENTS_MEMORY * self._fourth + (1 - MOMENTS_MEMORY) * fourth
        odd = self._odd_part(far, samples)
        self._odd.add(odd)
        return far + np.complex64(self.weight) * odd

    def learn(self, filters: KalmanFilters, best: int, clean: Samples, block: Samples) -> None:
        """From what remained of a block with the way of the best filter."""
        if mean_square(block) < LEAST_POWER:
            return
        cubic = filters.echo(best, self._odd.all)
        certainty = 1 / (mean_square(clean) + 1e-9)
        power = float(cubic @ cubic)
        self._power = BEND_MEMORY * self._power + certainty * power
        self._match = BEND_MEMORY * self._match + certainty * (float(cubic @ clean) + self.weight * power)
        self.weight = float(np.clip(self._match / (1.02 * self._power + 1e-9), *BEND_RANGE))

    def rebuild(self, far: Spectra, samples: Samples) -> Spectra:
        """What was played before is this from now on: `bent` of all of it, the latest first; shape (PARTS, BINS)."""
        odd = self._odd_part(far, samples)
        self._odd = Recent[Spectra](odd)
        return far + np.complex64(self.weight) * odd

    def _odd_part(self, far: Spectra, samples: Samples) -> Spectra:
        cubes: Spectra = np.fft.rfft(samples * samples * samples)
        return cubes - np.complex64(self._fourth / self._square) * far


_NOTHINGS: Spectra = np.zeros((PARTS, BINS), dtype=np.complex64)
_NOTHING: Spectra = _NOTHINGS[0]
"""The spectrum of silence."""


class LinearCanceller:
    """Feed it blocks of BLOCK samples of microphone and of what was played meanwhile, both 16 kHz mono. `learnt` counts
    the blocks of the coach's voice that it has learnt from since it knows how late that is heard, `moved` how often the
    echo's way has changed: then the filter that learns quickly is far better for a while, whoever speaks."""

    def __init__(
        self,
        delay_params: DelayEstimatorParams | None = None,
        kalman_params: KalmanParams | None = None,
    ) -> None:
        self.alignment = DelayEstimator(delay_params or DelayEstimatorParams())
        self._reference = ReferenceBuffer()
        self._nonlinearity = LoudspeakerNonlinearity()
        self._filters = KalmanFilters(PARTS, (STEADY, QUICK), kalman_params or KalmanParams())
        self._left = [1e-9, 1e-9]
        self._wins = [0, 0]
        self._far = Recent[Spectra](_NOTHINGS)
        self._power = Recent[Powers](power_of(_NOTHINGS))
        self._before = np.zeros(BLOCK, dtype=np.float32)
        self._delay = float(TAPS // 2)
        self._lag: int | None = None
        self._measured = 0
        self._silent = PARTS + 1
        self._retrospective = EchoRetrospective(PARTS)
        self._read_last = _NOTHING
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
        silent, self._silent = self._silent, 0 if block.any() else self._silent + 1
        if self._silent > PARTS:
            self._read_last = _NOTHING
            return near
        if silent > PARTS:
            self._filters.rest(silent - PARTS)
        self.learnt += 1
        samples = np.concatenate([self._before, block])
        self._before = block
        self._read_last = bent = self._nonlinearity.bent(np.fft.rfft(samples), samples)
        self._far.add(bent)
        self._power.add(power_of(bent))
        outputs = self._filters.process(near, self._far.all, self._power.all)
        powers = map(mean_square, outputs)
        self._left = [
            SMOOTHING * left + (1 - SMOOTHING) * power for left, power in zip(self._left, powers, strict=True)
        ]
        best = self._best()
        if self.alignment.drift or self._measured > LAGS_BEFORE_BENDING:
            self._nonlinearity.learn(self._filters, best, outputs[best], block)
        self._exchange()
        out: Samples = outputs[best]
        return out

    def unplayed(self, seconds: float) -> None:
        """The last `seconds` of what was played were not, after all; they are not heard yet, and so not read."""
        self._reference.silence(round(seconds * HEARING_RATE))

    def heard(self, near: Samples, clean: Samples) -> None:
        """What was made in the end of the block `near` that was processed last: for `echo_reduction_db`."""
        if self._measured:
            self._retrospective.feed(near, self._read_last, clean)

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """How many dB of what was heard between `since` and `until` (seconds ago) can be told to be an echo by what is
        known now. None where nothing can be told."""
        return self._retrospective.echo_reduction_db(since, until, self._filters)

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
        again = self._lag is not None and abs(lag - self._lag) < DELAY_TOLERANCE_SAMPLES
        self._measured, self._lag = measured, lag
        wanted = max(float(lag - EARLY), TAPS / 2)
        if abs(wanted - self._delay) < DELAY_TOLERANCE_SAMPLES or not (first or again):
            return
        _LOG.info("the coach's voice is heard %.0f ms after it is played", 1000 * lag / HEARING_RATE)
        self._delay = wanted
        self._rebuild()
        self._retrospective.clear()
        if first:
            self._filters.forget()

    def _rebuild(self) -> None:
        """The spectra of what was played before, at the present delay."""
        end = self._reference.end - BLOCK - self._delay
        past = np.stack([self._reference.read(end - (part + 2) * BLOCK, 2 * BLOCK) for part in range(PARTS)])
        self._before = past[0][BLOCK:]
        bent = self._nonlinearity.rebuild(np.fft.rfft(past), past)
        self._far, self._power = Recent[Spectra](bent), Recent[Powers](power_of(bent))

    def _best(self) -> int:
        """The filter that leaves least."""
        return 0 if self._left[0] <= self._left[1] else 1

    def _exchange(self) -> None:
        """A filter that has long been much worse goes on from the other's way."""
        steady, quick = self._left
        self._wins[1] = self._wins[1] + 1 if quick < BETTER * steady else 0
        self._wins[0] = self._wins[0] + 1 if steady < BETTER * quick else 0
        if self._wins[1] > QUICK_WINS:
            self._filters.learn_from(0, 1)
            self.moved += 1
            self._left[0], self._wins[1] = quick, 0
        if self._wins[0] > STEADY_WINS:
            self._filters.take_over(1, 0)
            self._left[1], self._wins[0] = steady, 0
