"""Resample a stream from one clock to another, and follow the drift of the clocks."""

from __future__ import annotations

from collections import deque
from statistics import median

import soxr

from voicecoach.audio.ring_buffer import Ring, Strided
from voicecoach.core.audio import BLOCK_SECONDS, Samples

MOST_CORRECTION = 1e-3
"""Widest correction of the ratio. Consumer sound cards lie within some 100 ppm of their nominal
rate."""

_SILENCE_PEAK = 1e-10
"""A piece below this peak (-200 dB) becomes zero. soxr's filters ring on for ever, with subnormal
numbers (1.5e-43) that processors compute many times slower and that are not equal to silence."""

LOOK_EVERY = 5
"""Blocks from one reading of the delay to the next. More readings are no more exact, and each costs
as much as to resample a block."""
_READINGS_PER_SECOND = round(1 / BLOCK_SECONDS / LOOK_EVERY)
"""Readings that are averaged: one second."""
_USUAL_WINDOW_S = 9
"""Seconds whose median is the usual move of the delay in a second."""
_MIN_USUAL_S = 3
"""With fewer seconds the learnt drift is taken for the usual move."""
_MIN_JUMP_S = 0.0003
"""Least deviation from the usual move that is a jump. Without a jump it is 0.1 ms on a sound
server."""
_SCATTER_FACTOR = 6.0
"""A jump also exceeds the usual scatter by this factor, for drivers whose delays are less exact."""
_CALM_S = 3
"""Seconds in a row without a jump of which the middle one updates the drift."""
_PRIOR_S = 2.0
"""Weight of the initial drift of 0, as seconds of observation."""
_MEMORY_S = 120.0
"""Time over which the drift is averaged."""
_TOLERANCE_S = 0.003
"""Deviation of the delay that is not corrected: the block that is kept ahead leaves that much
room."""
_RETURN_S = 300.0
"""Time in which a deviation is corrected."""


class StreamResampler:
    """Resamples a stream from one rate (Hz) to another and queues the result.

    It uses soxr's variable-rate engine, which follows drift and suits streams better than the
    fixed-rate one: 48 to 16 kHz has a delay of 12.5 ms instead of 24 and gives 320 samples for each
    960, not 489 now and then (measured with soxr 1.1; both pass 7 kHz unchanged and keep aliases
    below -110 dB).
    """

    def __init__(self, source: int, target: int) -> None:
        self._source, self._target = source, target
        self._engine = soxr.ResampleStream(
            source * (1 + MOST_CORRECTION), target, 1, "float32", vr=True
        )
        self._queue = Ring(target)
        self._inside = 0.0
        self.correct(0.0)

    def __len__(self) -> int:
        """Return the number of samples that are ready, at the target rate."""
        return len(self._queue)

    @property
    def delay(self) -> float:
        """Return the sound (s) in the engine and the queue."""
        return (self._inside + len(self._queue)) / self._target

    def correct(self, fraction: float) -> None:
        """Read the source faster by a fraction (1e-4: 100 ppm) within +-MOST_CORRECTION."""
        self._ratio = self._source * (1 + fraction) / self._target
        self._engine.set_io_ratio(self._ratio, 1)

    def feed(self, samples: Samples) -> None:
        """Add samples, shape (frames,), at the source rate."""
        made = self._engine.resample_chunk(samples)
        if len(made) and made.max() < _SILENCE_PEAK and made.min() > -_SILENCE_PEAK:
            made[:] = 0.0
        self._inside += len(samples) / self._ratio - len(made)
        self._queue.write(made)

    def take_into(self, out: Strided) -> int:
        """Move ready samples to the beginning of `out`; return their number."""
        return self._queue.read_into(out)

    def take(self) -> Samples:
        """Return all samples that are ready, shape (frames,)."""
        return self._queue.read(len(self._queue))

    def skip(self, count: int) -> int:
        """Drop the oldest `count` ready samples; return their number."""
        return self._queue.skip(count)


class DriftLoop:
    """Holds a delay between two clocks roughly, by a resampling ratio that hardly ever changes.

    The `LinearCanceller` predicts an echo across the two clocks. It learns any constant drift, and
    must adapt again after each change, first of all at high frequencies (the rest of the "s" in the
    coach's "stand" was heard as "stop"). So the ratio stays until the delay deviates by
    _TOLERANCE_S; by then the drift is known. With a single clock the ratio never changes. (A
    phase-locked loop, as used between two cards, holds the delay to a fraction of a millisecond,
    but changes the pitch by up to 200 ppm for each millisecond of jitter in a sound server's
    chunks, although no sample moves against another.)

    A second in which the delay moves far more than usual contains a jump or a gap: the new delay is
    held, and neither that second nor its neighbours update the drift. The learnt drift stays.
    """

    def __init__(self) -> None:
        self._moved, self._seconds = 0.0, _PRIOR_S
        self._drift = self._correction = 0.0
        self.restart()

    def restart(self) -> None:
        """Forget the delay to hold; the next second sets it."""
        self._readings = 0
        self.delay = 0.0
        """The delay (s), the mean of the last second."""
        self._sum = self._held = 0.0
        self._moves: deque[float] = deque(maxlen=_USUAL_WINDOW_S)
        self._last = 0.0
        self._calm = 0

    def update(self, delay: float) -> float:
        """Return the correction (fraction) of the resampler's ratio.

        Args:
            delay: Present delay (s), given once in LOOK_EVERY blocks.
        """
        self._readings += 1
        self._sum += delay
        if self._readings % _READINGS_PER_SECOND == 0:
            before, self.delay, self._sum = self.delay, self._sum / _READINGS_PER_SECOND, 0.0
            if self._readings == _READINGS_PER_SECOND:
                self._held = self.delay
            else:
                self._look(before)
        return self._correction

    def _look(self, before: float) -> None:
        """Update the correction after a second; `before` is the previous second's delay."""
        self._note(self.delay - before + self._correction)
        self._drift = _limited(self._moved / self._seconds)
        off = self.delay - self._held
        if abs(off) > _TOLERANCE_S:
            self._correction = _limited(self._drift + off / _RETURN_S)

    def _note(self, move: float) -> None:
        """Note the move (s) of the delay in this second, without the correction."""
        usual = median(self._moves) if len(self._moves) >= _MIN_USUAL_S else self._drift
        scatter = median(abs(one - usual) for one in self._moves) if self._moves else 0.0
        self._moves.append(move)
        last, self._last = self._last, move
        if abs(move - usual) > max(_MIN_JUMP_S, _SCATTER_FACTOR * scatter):
            self._held += move - usual
            self._calm = 0
            return
        self._calm += 1
        if self._calm >= _CALM_S:
            self._moved += last - self._moved / _MEMORY_S
            self._seconds += 1 - self._seconds / _MEMORY_S


def _limited(correction: float) -> float:
    return max(-MOST_CORRECTION, min(correction, MOST_CORRECTION))
