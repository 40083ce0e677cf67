"""Samples from one clock to another: a streaming resampler whose ratio follows the drift of the clocks."""

from __future__ import annotations

import soxr

from voicecoach.audio.ring import Ring, Strided
from voicecoach.events import BLOCK_SECONDS, Samples

MOST_CORRECTION = 1e-3
"""Widest correction of the ratio. Consumer sound cards lie within some 100 ppm of their nominal rate."""

_BANDWIDTH = 0.1
"""Natural frequency (rad/s) of the drift loop: so slow that the jitter of callbacks does not bend pitch."""
_DAMPING = 0.7
_SMOOTHING = 1.0
"""Time constant (s) of the filter before the loop."""
_SETTLE = 50
"""Blocks that are averaged before a delay is taken as the one to hold."""
_JUMP = 0.005
"""A smoothed error (s) that drift alone cannot cause: 200 ppm leaves the loop 1 ms behind, 1000 ppm 5 ms."""


class StreamResampler:
    """Resamples a stream from one rate (Hz) to another and queues the result.

    soxr's variable-rate engine. Besides following drift it suits streams better than the fixed-rate engine:
    48 to 16 kHz has a delay of 12.5 ms instead of 24 and gives 320 samples for each 960, not 489 now and then
    (measured with soxr 1.1; both pass 7 kHz unchanged and keep what folds back below -110 dB).
    """

    def __init__(self, source: int, target: int) -> None:
        self._source, self._target = source, target
        self._engine = soxr.ResampleStream(source * (1 + MOST_CORRECTION), target, 1, "float32", vr=True)
        self._queue = Ring(target)
        self._inside = 0.0
        self.correct(0.0)

    def __len__(self) -> int:
        """Samples that are ready to be taken, at the target rate."""
        return len(self._queue)

    @property
    def delay(self) -> float:
        """Sound (s) that has been fed and not yet taken: what the engine holds and the queue."""
        return (self._inside + len(self._queue)) / self._target

    def correct(self, fraction: float) -> None:
        """Read the source faster by `fraction` (1e-4: 100 ppm), within +-MOST_CORRECTION, from now on."""
        self._ratio = self._source * (1 + fraction) / self._target
        self._engine.set_io_ratio(self._ratio, 1)

    def feed(self, samples: Samples) -> None:
        """Add samples, shape (frames,), at the source rate."""
        made = self._engine.resample_chunk(samples)
        self._inside += len(samples) / self._ratio - len(made)
        self._queue.write(made)

    def take_into(self, out: Strided) -> int:
        """Move ready samples into the beginning of `out`, shape (frames,); return how many there were."""
        return self._queue.read_into(out)

    def take(self) -> Samples:
        """All samples that are ready, shape (frames,)."""
        return self._queue.read(len(self._queue))

    def skip(self, count: int) -> int:
        """Throw away the oldest `count` ready samples; return how many there were."""
        return self._queue.skip(count)


class DriftLoop:
    """Holds a delay between two clocks by correcting a resampler's ratio.

    A proportional-integral loop after F. Adriaensen, "Controlling adaptive resampling" (Linux Audio
    Conference 2012). The first second fixes the delay to hold; a jump (a gap, a dropped block) fixes it anew,
    since only a slow change is drift. The learned drift survives a jump.
    """

    def __init__(self) -> None:
        self._drift = 0.0
        self.restart()

    def restart(self) -> None:
        """Forget the delay to hold; the next second fixes it."""
        self._blocks = 0
        self.delay = 0.0
        """The delay (s), smoothed."""
        self._held = 0.0

    def update(self, delay: float) -> float:
        """Tell the delay (s) once a block; return the correction (fraction) for the resampler's ratio."""
        self._blocks += 1
        weight = max(1 / self._blocks, BLOCK_SECONDS / _SMOOTHING)
        self.delay += (delay - self.delay) * weight
        if self._blocks <= _SETTLE:
            self._held = self.delay
            return self._drift
        error = self.delay - self._held
        if abs(error) > _JUMP:
            self.restart()
            return self.update(delay)
        self._drift += _BANDWIDTH**2 * error * BLOCK_SECONDS
        self._drift = _limited(self._drift)
        return _limited(self._drift + 2 * _DAMPING * _BANDWIDTH * error)


def _limited(correction: float) -> float:
    return max(-MOST_CORRECTION, min(correction, MOST_CORRECTION))
