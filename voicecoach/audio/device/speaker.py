"""Play blocks on the speaker.

The wall clock is read here, at the outermost edge: to notice that the device has fallen silent, to
measure how the clocks of two devices drift apart, and to pace the loop while there is no speaker.
"""

from __future__ import annotations

from time import perf_counter

from voicecoach.audio.device.reconnecting import NoticeKind, ReconnectingStream
from voicecoach.audio.device.stream import Playback
from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, Samples

_MAX_LAG_S = 1.0
"""Lag behind the wall clock that is made up for; a longer one (a sleeping computer) is ignored."""
_FILL_STEP_S = 0.02
"""Sound that is kept ahead in addition after the speaker ran out because the coach was late."""
_DRAIN_TIMEOUT_S = 1.0
"""Time that the speaker may take on closing to play the sound it was given."""


class Speaker(ReconnectingStream[Playback]):
    """Takes blocks at the rate of its first line, whichever line is open now."""

    noun = "speaker"
    lost: NoticeKind = "speaker lost"
    back: NoticeKind = "speaker back"
    kind = Playback
    _resampler: StreamResampler | None = None
    _fill = 0.0
    """Sound (s) that is queued right after a block was handed over."""
    _due = 0.0
    """When the next block is due (s, `perf_counter`)."""
    _past_silent = 0.0
    _silent_before = 0
    """Frames of silence that the line had played when the last block was handed over."""

    @property
    def silent(self) -> float:
        """Return the silence (s) played because a block was late."""
        return self._past_silent + (
            self._adopted.silent / self._adopted.rate if self._adopted else 0.0
        )

    def put(self, block: Samples) -> None:
        """Hand over a block, shape (frames,), when there is room.

        Without a speaker, wait until the block is due.
        """
        line = self._current()
        if line and self._wait_for_room(line):
            if self._resampler is not None:
                self._resampler.feed(block)
                block = self._resampler.take()
            self._keep_more(line)
            line.write(block)
            self._due = perf_counter() + BLOCK_SECONDS
        else:
            self._leaving.wait(max(0.0, self._due - perf_counter()))
            self._due = max(self._due, perf_counter() - _MAX_LAG_S) + BLOCK_SECONDS

    def linger(self, share: float) -> None:
        """Wait for a share (0 to 1) of the time until there is room for a block.

        It waits only where `delay` is derived from chunks.
        """
        line = self._line
        if line is not None and line is self._adopted:
            line.linger(self._most(line), share)

    def flush(self, first: float) -> float:
        """See `SoundCard.flush`."""
        line = self._line
        if line is None or line is not self._adopted:
            return 0.0
        inside = 0.0 if self._resampler is None else self._resampler.delay
        left = line.flush(round((inside + first) * line.rate))
        return left / line.rate + inside if left else 0.0

    def _keep_more(self, line: Playback) -> None:
        """Keep more sound ahead after the coach was late; the gap becomes longer by it."""
        late, self._silent_before = line.silent > self._silent_before, line.silent
        if late and self._fill < line.most_ahead:
            self._fill += _FILL_STEP_S
            line.pad(round(_FILL_STEP_S * line.rate))

    def slack(self) -> float:
        """Return how long (s) the coach may wait before the next block is due."""
        line = self._line
        return line.delay() - BLOCK_SECONDS if line else self._due - perf_counter()

    def _finish(self, line: Playback) -> None:
        line.drain(_DRAIN_TIMEOUT_S)
        line.close()

    def delay(self) -> float | None:
        """Return the sound (s) on its way to the driver; None while the device is lost."""
        line = self._line
        if line is None or line is not self._adopted:
            return None
        return line.delay() + (0.0 if self._resampler is None else self._resampler.delay)

    def _adopt(self, line: Playback) -> None:
        self._past_silent, self._silent_before = self.silent, 0
        self._resampler = (
            StreamResampler(self._rate, line.rate) if line.rate != self._rate else None
        )
        self._fill = line.ahead(self._asked_latency)
        line.pad(self._most(line) - line.queued())
        line.silent = 0

    def _most(self, line: Playback) -> int:
        """Return the frames that may be queued when a block is handed over."""
        return round((self._fill - BLOCK_SECONDS) * line.rate)

    def _wait_for_room(self, line: Playback) -> bool:
        began, most = perf_counter(), self._most(line)
        while True:
            room = line.queued() <= most
            if line.ended:
                self._lose(line, "the system ended the stream")
                return False
            if room:
                return True
            waited = perf_counter() - max(began, line.stamp[1])
            if waited >= self._params.silent_too_long_s:
                self._lose(line, f"it took no sound for {waited:.1f} s")
                return False
            line.wait_for_room(most, self._params.silent_too_long_s - waited)
