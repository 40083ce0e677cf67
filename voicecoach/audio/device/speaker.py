"""The speaker's side of a sound device.

The wall clock is read here, at the outermost edge: to see that the device has fallen silent, to measure how the clocks
of two devices drift apart, and to pace the loop while there is none.
"""

from __future__ import annotations

from time import perf_counter

from voicecoach.audio.device.reconnecting import SILENT_TOO_LONG, NoticeKind, ReconnectingStream
from voicecoach.audio.device.stream import Playback
from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, Samples

_MOST_LAG = 1.0
"""Seconds that the wall clock's pace makes up for; more (a sleeping computer) is let go."""
_MORE = 0.02
"""Seconds that are kept more for a speaker that ran out of sound, since the coach came too late."""
_DRAIN = 1.0
"""Seconds that the speaker may take on closing to play what it was given."""


class Speaker(ReconnectingStream[Playback]):
    """Takes blocks at the rate of its first line, whatever line it has now."""

    noun = "speaker"
    lost: NoticeKind = "speaker lost"
    back: NoticeKind = "speaker back"
    kind = Playback
    _resampler: StreamResampler | None = None
    _fill = 0.0
    """Seconds that are kept handed over, right after a block."""
    _due = 0.0
    """When the next block is to be handed over (s, `perf_counter`)."""
    _past_silent = 0.0
    _silent_before = 0
    """Frames of silence that the present line had played when the last block was handed over."""

    @property
    def silent(self) -> float:
        """Silence (s) played because no block was there in time."""
        return self._past_silent + (self._adopted.silent / self._adopted.rate if self._adopted else 0.0)

    def put(self, block: Samples) -> None:
        """Hand over a block, shape (frames,), when there is room; without a speaker, when it is due."""
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
            self._due = max(self._due, perf_counter() - _MOST_LAG) + BLOCK_SECONDS

    def linger(self, share: float) -> None:
        """Wait for `share` of the time until there is room for a block, where `delay` is told by chunks."""
        line = self._line
        if line is not None and line is self._adopted:
            line.linger(self._most(line), share)

    def flush(self, first: float) -> float:
        """See `Device.hush`."""
        line = self._line
        if line is None or line is not self._adopted:
            return 0.0
        inside = 0.0 if self._resampler is None else self._resampler.delay
        left = line.flush(round((inside + first) * line.rate))
        return left / line.rate + inside if left else 0.0

    def _keep_more(self, line: Playback) -> None:
        """After the coach came too late, keep more ahead: there is a gap already, and it is made so much longer."""
        late, self._silent_before = line.silent > self._silent_before, line.silent
        if late and self._fill < line.most_ahead:
            self._fill += _MORE
            line.pad(round(_MORE * line.rate))

    def slack(self) -> float:
        """Seconds that the coach may still wait for the microphone before the next block has to come."""
        line = self._line
        return line.delay() - BLOCK_SECONDS if line else self._due - perf_counter()

    def _finish(self, line: Playback) -> None:
        line.drain(_DRAIN)
        line.close()

    def delay(self) -> float | None:
        """Sound (s) on its way to the device's driver; None while lost."""
        line = self._line
        if line is None or line is not self._adopted:
            return None
        return line.delay() + (0.0 if self._resampler is None else self._resampler.delay)

    def _adopt(self, line: Playback) -> None:
        self._past_silent, self._silent_before = self.silent, 0
        self._resampler = StreamResampler(self._rate, line.rate) if line.rate != self._rate else None
        self._fill = line.ahead(self._asked_latency)
        line.pad(self._most(line) - line.queued())
        line.silent = 0

    def _most(self, line: Playback) -> int:
        """Frames that may be queued when a block is handed over."""
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
            if waited >= SILENT_TOO_LONG:
                self._lose(line, f"it took no sound for {waited:.1f} s")
                return False
            line.wait_for_room(most, SILENT_TOO_LONG - waited)
