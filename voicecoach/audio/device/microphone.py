"""The microphone's side of a sound device.

The wall clock is read here, at the outermost edge: to see that the device has fallen silent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

import numpy as np

from voicecoach.audio.device.reconnecting import SILENT_TOO_LONG, NoticeKind, ReconnectingStream
from voicecoach.audio.device.stream import Capture
from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

HEARD = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples of one microphone block."""
_STARVED_BLOCKS = 10
"""Microphone blocks that must also have stayed short: after a hang of the coach itself nothing is lost."""
_MOST_BACKLOG = 0.06
"""Seconds of microphone that may lie unread all the time before they are dropped."""
_BACKLOG_BLOCKS = 50
"""Blocks that "all the time" means: devices deliver in chunks of up to 0.1 s."""


class Microphone(ReconnectingStream[Capture]):
    """Gives blocks of 20 ms at 16 kHz, silence while it is lost."""

    noun = "microphone"
    lost: NoticeKind = "microphone lost"
    back: NoticeKind = "microphone back"
    kind = Capture
    padded = 0.0
    """Silence (s) given because the microphone's sound had not come in time."""
    _dropped = 0.0
    _starved = 0
    """Blocks in a row that were padded."""

    @property
    def dropped(self) -> float:
        """Sound (s) of the microphone thrown away because it had piled up."""
        return self._dropped + (self._adopted.overflow / self._adopted.rate if self._adopted else 0.0)

    def take(self, slack: Callable[[], float]) -> Samples:
        """The next block, shape (320,). Waits while `slack` (s) is positive, then pads with silence."""
        block = np.zeros(HEARD, np.float32)
        line = self._current()
        if line is None:
            return block
        got = 0
        while True:
            line.fetch()
            got += self._pull(line, block[got:])
            patience = slack()
            if got == HEARD or patience <= 0 or line.ended:
                break
            missing = round((HEARD - got) * line.rate / HEARING_RATE)
            line.wait_for(line.ring.taken + missing, patience)
        self._watch(line, HEARD - got)
        return block

    def correct(self, fraction: float) -> None:
        """Read the microphone faster by `fraction`, to follow the speaker's clock."""
        self._resampler.correct(fraction)

    def delay(self) -> float | None:
        """Sound (s) that has come from the device's driver and was not given yet; None while lost."""
        line = self._line
        if line is None or line is not self._adopted:
            return None
        return line.delay() + self._resampler.delay

    def _adopt(self, line: Capture) -> None:
        self._dropped = self.dropped
        self._resampler = StreamResampler(line.rate, HEARING_RATE)
        self._starved = 0
        self._backlogs: deque[float] = deque(maxlen=_BACKLOG_BLOCKS)
        while line.fetch():  # a driver may give in pieces what has piled up
            pass
        line.overflow = 0
        line.ring.skip(len(line.ring) - line.chunk - round(2 * BLOCK_SECONDS * line.rate))

    def _pull(self, line: Capture, out: Samples) -> int:
        piece = round(BLOCK_SECONDS * line.rate)
        while len(self._resampler) < len(out) and len(line.ring):
            self._resampler.feed(line.ring.read(piece))
        return self._resampler.take_into(out)

    def _watch(self, line: Capture, missing: int) -> None:
        self.padded += missing / HEARING_RATE
        self._starved = self._starved + 1 if missing else 0
        silent = perf_counter() - line.stamp[1]
        if self._starved >= _STARVED_BLOCKS and silent > SILENT_TOO_LONG:
            self._lose(line, f"no sound came for {silent:.1f} s")
        self._backlogs.append(len(line.ring) / line.rate + len(self._resampler) / HEARING_RATE)
        excess = min(self._backlogs) - BLOCK_SECONDS
        if len(self._backlogs) == _BACKLOG_BLOCKS and excess > _MOST_BACKLOG - BLOCK_SECONDS:
            self._dropped += line.ring.skip(round(excess * line.rate)) / line.rate
            self._backlogs.clear()
