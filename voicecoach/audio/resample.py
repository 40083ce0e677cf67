"""Samples from one clock to another: a streaming resampler whose ratio follows the drift of the clocks."""

from __future__ import annotations

from collections import deque
from statistics import median

import soxr

from voicecoach.audio.ring_buffer import Ring, Strided
from voicecoach.core.audio import BLOCK_SECONDS, Samples

MOST_CORRECTION = 1e-3
"""Widest correction of the ratio. Consumer sound cards lie within some 100 ppm of their nominal rate."""

_SILENCE = 1e-10
"""Peak (-200 dB) below which a piece is silence. soxr's filters ring on for ever, with numbers so small (1.5e-43) that
processors take many times as long to compute with them, and silence could not be told by its being zero."""

LOOK_EVERY = 5
"""Blocks from one look at the delay to the next. More of them told no more, and each costs as much as to resample a
block."""
_SECOND = round(1 / BLOCK_SECONDS / LOOK_EVERY)
"""Looks of which the mean counts: a second."""
_USUAL = 9
"""Seconds whose median is what the delay usually moves by in a second."""
_FEWEST = 3
"""Seconds before which only what was learnt before is usual."""
_JUMP = 0.0003
"""Seconds beyond the usual, at least, that clocks do not move by in a second; in a second without a jump it is a tenth
of a millisecond on a sound server."""
_SCATTER = 6.0
"""Times as much as usual that the same is, at least, where delays are told less exactly."""
_CALM = 3
"""Seconds in a row without a jump of which the middle one counts."""
_DOUBT = 2.0
"""Seconds for which the drift would have been watched, and none been seen, before the first second."""
_MEMORY = 120.0
"""Seconds over which the drift is averaged."""
_PLAY = 0.003
"""Seconds by which the delay may be off before anything is done: whoever keeps a block ahead has that much room."""
_RETURN = 300.0
"""Seconds in which it then would come back."""


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
        if len(made) and made.max() < _SILENCE and made.min() > -_SILENCE:
            made[:] = 0.0
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
    """Holds a delay between two clocks, roughly, by a correction of a resampler's ratio that hardly ever changes.

    What predicts an echo across the two clocks (`LinearCanceller`) learns any constant drift, and has to learn anew
    with each change: of the high tones first (what was left of the "s" in the coach's "stand" was heard as "stop"). So
    nothing is done until the delay is off by _PLAY, and by then it is known how fast the clocks drift apart; of one
    clock nothing is ever bent. (A phase-locked loop, as for the bit-true way from one card to another, holds the
    delay to a fraction of a millisecond. It bends the pitch by up to 200 ppm for each millisecond by which a sound
    server hands out its pieces sooner or later than before, though no sample moves against another for that.)

    A second in which the delay moves by far more than usual has seen such a jump, or a gap: the new delay is the one to
    hold, and of the drift it tells nothing; nor do the seconds beside it. The learned drift survives.
    """

    def __init__(self) -> None:
        self._moved, self._seconds = 0.0, _DOUBT
        self._drift = self._correction = 0.0
        self.restart()

    def restart(self) -> None:
        """Forget the delay to hold; the next second fixes it."""
        self._readings = 0
        self.delay = 0.0
        """The delay (s), the mean of the last second."""
        self._sum = self._held = 0.0
        self._moves: deque[float] = deque(maxlen=_USUAL)
        self._last = 0.0
        self._calm = 0

    def update(self, delay: float) -> float:
        """Tell the delay (s) once in LOOK_EVERY blocks; return the correction (fraction) for the resampler's ratio."""
        self._readings += 1
        self._sum += delay
        if self._readings % _SECOND == 0:
            before, self.delay, self._sum = self.delay, self._sum / _SECOND, 0.0
            if self._readings == _SECOND:
                self._held = self.delay
            else:
                self._look(before)
        return self._correction

    def _look(self, before: float) -> None:
        """After a second; `before` is the delay of the one before it."""
        self._note(self.delay - before + self._correction)
        self._drift = _limited(self._moved / self._seconds)
        off = self.delay - self._held
        if abs(off) > _PLAY:
            self._correction = _limited(self._drift + off / _RETURN)

    def _note(self, move: float) -> None:
        """By how much (s) the delay would have moved in this second without the correction."""
        usual = median(self._moves) if len(self._moves) >= _FEWEST else self._drift
        scatter = median(abs(one - usual) for one in self._moves) if self._moves else 0.0
        self._moves.append(move)
        last, self._last = self._last, move
        if abs(move - usual) > max(_JUMP, _SCATTER * scatter):
            self._held += move - usual
            self._calm = 0
            return
        self._calm += 1
        if self._calm >= _CALM:
            self._moved += last - self._moved / _MEMORY
            self._seconds += 1 - self._seconds / _MEMORY


def _limited(correction: float) -> float:
    return max(-MOST_CORRECTION, min(correction, MOST_CORRECTION))
