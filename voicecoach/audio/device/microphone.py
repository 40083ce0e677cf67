"""Deliver the microphone's sound in blocks of 16 kHz.

The wall clock is read here, at the outermost edge, to notice that the device has fallen silent.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import perf_counter

import numpy as np

from voicecoach.audio.device.reconnecting import NoticeKind, ReconnectingStream
from voicecoach.audio.device.stream import Capture
from voicecoach.audio.resample import StreamResampler
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples

BLOCK_SAMPLES = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples of one microphone block."""
_MIN_STARVED_BLOCKS = 10
"""A microphone is lost only after this many short blocks: a hang of the coach itself loses
nothing."""
_MAX_BACKLOG_S = 0.06
"""Sound that may lie unread in each of the last blocks; more of it is dropped."""
_BACKLOG_WINDOW_BLOCKS = 50
"""Blocks over which the least backlog is taken: devices deliver in chunks of up to 0.1 s."""


class Microphone(ReconnectingStream[Capture]):
    """Gives blocks of 20 ms at 16 kHz; silence while the device is lost."""

    noun = "microphone"
    lost: NoticeKind = "microphone lost"
    back: NoticeKind = "microphone back"
    kind = Capture
    padded = 0.0
    """Silence (s) given because the microphone's sound was late."""
    _dropped = 0.0
    _starved = 0
    """Blocks in a row that were padded."""

    @property
    def dropped(self) -> float:
        """Return the sound (s) dropped because it had piled up."""
        return self._dropped + (
            self._adopted.overflow / self._adopted.rate if self._adopted else 0.0
        )

    def take(self, slack: Callable[[], float]) -> Samples:
        """Return the next block, shape (320,), 16 kHz.

        Args:
            slack: Returns the seconds that may still be waited; the block is padded with silence
                when
                none remain.
        """
        block = np.zeros(BLOCK_SAMPLES, np.float32)
        line = self._current()
        if line is None:
            return block
        got = 0
        while True:
            line.fetch()
            got += self._pull(line, block[got:])
            patience = slack()
            if got == BLOCK_SAMPLES or patience <= 0 or line.ended:
                break
            missing = round((BLOCK_SAMPLES - got) * line.rate / HEARING_RATE)
            line.wait_for(line.ring.taken + missing, patience)
        self._watch(line, BLOCK_SAMPLES - got)
        return block

    def correct(self, fraction: float) -> None:
        """Read the microphone faster by a fraction, to follow the speaker's clock."""
        self._resampler.correct(fraction)

    def delay(self) -> float | None:
        """Return the sound (s) that has arrived and was not given yet; None while lost."""
        line = self._line
        if line is None or line is not self._adopted:
            return None
        return line.delay() + self._resampler.delay

    def _adopt(self, line: Capture) -> None:
        self._dropped = self.dropped
        self._resampler = StreamResampler(line.rate, HEARING_RATE)
        self._starved = 0
        self._backlogs: deque[float] = deque(maxlen=_BACKLOG_WINDOW_BLOCKS)
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
        if self._starved >= _MIN_STARVED_BLOCKS and silent > self._params.silent_too_long_s:
            self._lose(line, f"no sound came for {silent:.1f} s")
        self._backlogs.append(len(line.ring) / line.rate + len(self._resampler) / HEARING_RATE)
        excess = min(self._backlogs) - BLOCK_SECONDS
        if (
            len(self._backlogs) == _BACKLOG_WINDOW_BLOCKS
            and excess > _MAX_BACKLOG_S - BLOCK_SECONDS
        ):
            self._dropped += line.ring.skip(round(excess * line.rate)) / line.rate
            self._backlogs.clear()
