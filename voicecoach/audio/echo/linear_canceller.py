"""Take the coach's voice out of the microphone by linear prediction of the echo.

The prediction leaves the user's voice intact. The reference is read at the delay of the echo and at
the pace of the microphone's clock, and distorted as the loudspeaker distorts it. Two adaptive
filters predict its echo: a slow one that adapts well, and a quick one for the time after somebody
has moved.
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
"""Blocks that a filter spans: 0.4 s, after which the echo of most rooms is 40 dB down."""

EARLY_SAMPLES = 480
"""Samples that the filters span before the lag, which may be that of a reflection."""

DELAY_TOLERANCE_SAMPLES = 80
"""Change of the lag (5 ms) from which on the reference is read at another delay."""

STEADY = 0.9995
QUICK = 0.98
"""State transition factors of the slow and the quick filter, for a block."""

SMOOTHING = 0.9
"""Weight of the previous blocks in the power that a filter leaves."""

BETTER_SHARE = 0.5
"""A filter wins a block when it leaves less than this share of the other's power."""

QUICK_WINS = 15
"""Blocks that the quick filter must win in a row until the slow one copies it."""

STEADY_WINS = 50
"""Blocks that the slow filter must win in a row until the quick one copies it."""

MIN_DRIFT = 3e-6
"""A smaller drift (samples a sample) is left to the filters."""

DISTORTION_MEMORY = 0.999
"""Weight of the previous blocks in the least-squares sums of the distortion."""

MOMENTS_MEMORY = 0.998
"""Weight of the previous blocks in the moments of the reference."""

LAGS_BEFORE_DISTORTION = 8
"""Measured lags from which on the lag is known well enough to learn the distortion."""

DISTORTION_RANGE = (-6.0, 1.0)
"""Range of the cubic part's weight: loudspeakers compress."""

MIN_DISTORTION_POWER = 1e-6
"""Least mean square of a block of reference that is used to learn the distortion."""

INAUDIBLE_COMPARISONS = 16
"""Comparisons (4 s of the coach's voice) without a lag after which the coach counts as inaudible at
the microphone: headphones, a speaker in another room. It is 1 s longer than the longest delay."""


class LoudspeakerNonlinearity:
    """Models the loudspeaker's distortion by a cubic part of the reference.

    It is a Hammerstein model: the part of the cube that is orthogonal to the reference, at a weight
    that is learnt by least squares.
    """

    def __init__(self) -> None:
        self.weight = 0.0
        self._odd = Recent[Spectra](_NOTHINGS)
        self._square, self._fourth = 1e-6, 1e-7
        self._power, self._match = 1e-9, 0.0

    def distort(self, far: Spectra, samples: Samples) -> Spectra:
        """Distort a block as the loudspeaker does.

        Args:
            far: Spectrum of `samples`, shape (BINS,).
            samples: The block and the one before it, shape (2 * BLOCK,).
        """
        block = samples[BLOCK:]
        square, fourth = mean_square(block), mean_square(np.square(block))
        if square > MIN_DISTORTION_POWER:
            self._square = MOMENTS_MEMORY * self._square + (1 - MOMENTS_MEMORY) * square
            self._fourth = MOMENTS_MEMORY * self._fourth + (1 - MOMENTS_MEMORY) * fourth
        odd = self._odd_part(far, samples)
        self._odd.add(odd)
        return far + np.complex64(self.weight) * odd

    def learn(self, filters: KalmanFilters, best: int, clean: Samples, block: Samples) -> None:
        """Update the weight from the block that the best filter left."""
        if mean_square(block) < MIN_DISTORTION_POWER:
            return
        cubic = filters.echo(best, self._odd.all)
        certainty = 1 / (mean_square(clean) + 1e-9)
        power = float(cubic @ cubic)
        self._power = DISTORTION_MEMORY * self._power + certainty * power
        self._match = DISTORTION_MEMORY * self._match + certainty * (
            float(cubic @ clean) + self.weight * power
        )
        self.weight = float(np.clip(self._match / (1.02 * self._power + 1e-9), *DISTORTION_RANGE))

    def rebuild(self, far: Spectra, samples: Samples) -> Spectra:
        """Replace the history, and distort it; the latest first, shape (PARTS, BINS)."""
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
    """Predicts the echo in blocks of BLOCK samples, 16 kHz mono.

    Attributes:
        learnt: Blocks of the coach's voice that the filters have adapted to since the lag is known.
        moved: How often the echo path has changed: then the quick filter is far better for a while,
            whoever speaks.
    """

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
        """Return the delay (s) from playing a sound to hearing it; None until it is known."""
        return self._lag / HEARING_RATE if self._lag is not None else None

    @property
    def inaudible(self) -> bool:
        """Return True if the coach has long spoken and was not found at the microphone."""
        return self.alignment.missed >= INAUDIBLE_COMPARISONS

    def process(self, near: Samples, far: Samples) -> Samples:
        """Remove the echo from a block of microphone; pass it through until a lag is known."""
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
        self._read_last = bent = self._nonlinearity.distort(np.fft.rfft(samples), samples)
        self._far.add(bent)
        self._power.add(power_of(bent))
        outputs = self._filters.process(near, self._far.all, self._power.all)
        powers = map(mean_square, outputs)
        self._left = [
            SMOOTHING * left + (1 - SMOOTHING) * power
            for left, power in zip(self._left, powers, strict=True)
        ]
        best = self._best()
        if self.alignment.drift or self._measured > LAGS_BEFORE_DISTORTION:
            self._nonlinearity.learn(self._filters, best, outputs[best], block)
        self._exchange()
        out: Samples = outputs[best]
        return out

    def unplayed(self, seconds: float) -> None:
        """Silence the last seconds of the reference: they were never played.

        They are not heard yet, so they have not been read either.
        """
        self._reference.silence(round(seconds * HEARING_RATE))

    def heard(self, near: Samples, clean: Samples) -> None:
        """Keep the final output for the block `near`, for `echo_reduction_db`."""
        if self._measured:
            self._retrospective.feed(near, self._read_last, clean)

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """Return by how many dB the filters of now reduce a past sound.

        Args:
            since: Start of the sound, in seconds ago.
            until: End of the sound, in seconds ago.

        Returns:
            The reduction in dB; None if too few blocks are kept.
        """
        return self._retrospective.echo_reduction_db(since, until, self._filters)

    def _read(self) -> Samples:
        drift = self.alignment.drift if abs(self.alignment.drift) > MIN_DRIFT else 0.0
        block = self._reference.read(self._reference.end - BLOCK - self._delay, BLOCK, 1 - drift)
        self._delay += drift * BLOCK
        return block

    def _align(self) -> None:
        """Set the reading delay to the measured lag.

        A lag that jumped (the sound system lost or repeated sound) is followed once it was measured
        twice; the filters' weights stay.
        """
        lag, measured = self.alignment.lag, self.alignment.measured
        if lag is None or measured == self._measured:
            return
        first = self._measured == 0
        again = self._lag is not None and abs(lag - self._lag) < DELAY_TOLERANCE_SAMPLES
        self._measured, self._lag = measured, lag
        wanted = max(float(lag - EARLY_SAMPLES), TAPS / 2)
        if abs(wanted - self._delay) < DELAY_TOLERANCE_SAMPLES or not (first or again):
            return
        _LOG.info(
            "the coach's voice is heard %.0f ms after it is played", 1000 * lag / HEARING_RATE
        )
        self._delay = wanted
        self._rebuild()
        self._retrospective.clear()
        if first:
            self._filters.forget()

    def _rebuild(self) -> None:
        """Compute the spectra of the past reference again, at the present delay."""
        end = self._reference.end - BLOCK - self._delay
        past = np.stack(
            [self._reference.read(end - (part + 2) * BLOCK, 2 * BLOCK) for part in range(PARTS)]
        )
        self._before = past[0][BLOCK:]
        bent = self._nonlinearity.rebuild(np.fft.rfft(past), past)
        self._far, self._power = Recent[Spectra](bent), Recent[Powers](power_of(bent))

    def _best(self) -> int:
        """Return the number of the filter that leaves the least power."""
        return 0 if self._left[0] <= self._left[1] else 1

    def _exchange(self) -> None:
        """Let a filter that has long been much worse copy the other."""
        steady, quick = self._left
        self._wins[1] = self._wins[1] + 1 if quick < BETTER_SHARE * steady else 0
        self._wins[0] = self._wins[0] + 1 if steady < BETTER_SHARE * quick else 0
        if self._wins[1] > QUICK_WINS:
            self._filters.learn_from(0, 1)
            self.moved += 1
            self._left[0], self._wins[1] = quick, 0
        if self._wins[0] > STEADY_WINS:
            self._filters.take_over(1, 0)
            self._left[1], self._wins[0] = steady, 0
