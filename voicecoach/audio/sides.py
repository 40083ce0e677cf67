"""The two sides of a sound device, each with a way back when its stream dies.

The wall clock is read here, at the outermost edge, and for three things only: to see that a device has
fallen silent, to measure how two devices' clocks drift apart, and to pace the loop while there is no speaker.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from threading import Event, Lock, Thread
from time import perf_counter
from typing import Generic, Literal

import numpy as np

from voicecoach.audio import portaudio
from voicecoach.audio.gaps import Gaps
from voicecoach.audio.portaudio import DeviceError
from voicecoach.audio.resample import StreamResampler
from voicecoach.audio.streams import Capture, LineT, Playback, open_line, refresh_if_idle
from voicecoach.events import BLOCK_SECONDS, HEARING_RATE, Samples

HEARD = round(HEARING_RATE * BLOCK_SECONDS)
"""Samples of one microphone block."""

_SILENT_TOO_LONG = 0.5
"""Seconds without a callback after which a device is taken for lost: PortAudio often does not tell."""
_STARVED_BLOCKS = 10
"""Microphone blocks that must also have stayed short: after a hang of the coach itself nothing is lost."""
_SETTLE = 3.0
"""Seconds that a new stream may take to run. PulseAudio has taken 1.7 on an idle sink."""
_BACK_OFF = (0.5, 1.0, 2.0, 4.0)
_BACK_OFF_AT_LAST = 5.0
"""Seconds between the attempts to open a lost device again."""
_MOST_BACKLOG = 0.06
"""Seconds of microphone that may lie unread all the time before they are dropped."""
_BACKLOG_BLOCKS = 50
"""Blocks that "all the time" means: devices deliver in chunks of up to 0.1 s."""
_MOST_LAG = 1.0
"""Seconds that the wall clock's pace makes up for; more (a sleeping computer) is let go."""
_MORE = 0.02
"""Seconds that are kept more for a speaker that ran out of sound, since the coach came too late."""
_MOST_AHEAD = 0.15
"""Seconds beyond which no more is kept: then the machine is too slow altogether."""
_WIDER = 2.0
"""How much more time at once: each change interrupts the sound."""
_MOST_LATENCY = 0.12
"""Seconds that are asked of a driver at most."""
_DRAIN = 1.0
"""Seconds that the speaker may take on closing to play what it was given."""

log = logging.getLogger(__name__)

NoticeKind = Literal["microphone lost", "microphone back", "speaker lost", "speaker back"]


@dataclass(frozen=True, slots=True)
class DeviceNotice:
    """A device went or came. `device` is its name, `detail` how that was noticed."""

    kind: NoticeKind
    device: str
    detail: str = ""


def in_background(task: Callable[[], None]) -> Thread:
    """Run `task`, which may hang in a driver, in a thread that does not keep the program from ending."""

    def run() -> None:
        portaudio.join_com()
        task()

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread


class Side(Generic[LineT]):
    """One direction: the open line, if there is one, and the search for another when it is lost."""

    noun: str
    lost: NoticeKind
    back: NoticeKind
    kind: type[LineT]

    def __init__(
        self,
        wanted: str | int | None,
        latency: float,
        moved: Event,
        notices: deque[DeviceNotice],
    ) -> None:
        self._wanted = wanted
        self._asked_latency = latency
        self._moved = moved
        self._notices = notices
        self._rate = 0
        self._past_glitches = 0
        self._gaps = Gaps()
        self._line: LineT | None = None
        self._adopted: LineT | None = None
        self._swap = Lock()
        self._leaving = Event()
        self._threads: list[Thread] = []

    @property
    def latency(self) -> float:
        """The delay (s) that the driver reports; 0 while lost."""
        return self._line.latency if self._line else 0.0

    @property
    def glitches(self) -> int:
        """How often a driver reported that it lost sound."""
        return self._past_glitches + (self._adopted.glitches if self._adopted else 0)

    def open(self) -> int:
        """Open a line for the first time; return its rate (Hz). DeviceError says what is missing."""
        line = self._open(self._wanted)
        if self._wanted is not None:
            # Numbers change when the list of devices is read anew, names do not.
            self._wanted = line.device.full_name
        self._line = line
        self._rate = line.rate
        return line.rate

    def close(self) -> list[Thread]:
        """Begin to close and stop searching; return the threads that are at it."""
        self._leaving.set()
        with self._swap:
            line, self._line = self._line, None
        if line:
            self._threads.append(in_background(lambda: self._finish(line)))
        return self._threads

    def _finish(self, line: LineT) -> None:
        line.close()

    def _open(self, wanted: str | int | None) -> LineT:
        line = open_line(self.kind, wanted, self._asked_latency, self._moved, self._rate or None)
        if not line.settle(_SETTLE):
            in_background(line.close)
            raise DeviceError(
                f'The {self.noun} "{line.device.name}" was opened but does not run: '
                "unplug it and plug it in again, or choose another one."
            )
        return line

    def _current(self) -> LineT | None:
        """The line to use for this block, in the coach's thread; a new one is made ready first."""
        line = self._line
        if line and line.ended:
            self._lose(line, "the system ended the stream")
            return None
        if line and line is not self._adopted:
            self._past_glitches = self.glitches
            self._adopt(line)
            self._adopted = line
            line.glitches = 0
            self._gaps = Gaps()
        if line and self._gaps.feed(line.glitches) and self._asked_latency < _MOST_LATENCY:
            self._widen(line)
            return None
        return line

    def _widen(self, line: LineT) -> None:
        """Open the device anew with more time for its driver. Nobody needs to be told: it takes a moment."""
        self._line = None
        self._asked_latency = min(_MOST_LATENCY, _WIDER * self._asked_latency)
        log.info('the %s "%s" gets %.0f ms', self.noun, line.device.name, 1000 * self._asked_latency)

        def exchange() -> None:
            line.close()
            self._search((0.0, *_BACK_OFF), told=False)

        self._threads.append(in_background(exchange))

    def _adopt(self, line: LineT) -> None:
        """Begin to use `line` in place of `_adopted`."""
        raise NotImplementedError

    def _lose(self, line: LineT, detail: str) -> None:
        self._line = None
        log.warning('the %s "%s" is lost: %s', self.noun, line.device.name, detail)
        self._notices.append(DeviceNotice(self.lost, line.device.name, detail))
        self._threads.append(in_background(line.close))
        self._threads.append(in_background(self._search))

    def _search(self, delays: Sequence[float] = _BACK_OFF, *, told: bool = True) -> None:
        for delay in chain(delays, repeat(_BACK_OFF_AT_LAST)):
            if self._leaving.wait(delay):
                return
            try:
                line = self._open_any()
            except Exception as error:  # whatever a driver in trouble does, go on searching
                log.debug("still no %s: %s", self.noun, error)
                continue
            with self._swap:
                if not self._leaving.is_set():
                    self._line = line
                    if told:
                        self._notices.append(DeviceNotice(self.back, line.device.name))
                    return
            line.close()

    def _open_any(self) -> LineT:
        refresh_if_idle()
        try:
            return self._open(self._wanted)
        except DeviceError:
            if self._wanted is None:
                raise
        return self._open(None)


class Speaker(Side[Playback]):
    """Takes blocks at the rate of its first line, whatever line it has now."""

    noun = "speaker"
    lost: NoticeKind = "speaker lost"
    back: NoticeKind = "speaker back"
    kind = Playback
    _resampler: StreamResampler | None = None
    _fill = 0.0
    """Seconds that are kept in the ring."""
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
            line.ring.write(block)
            self._due = perf_counter() + BLOCK_SECONDS
        else:
            self._leaving.wait(max(0.0, self._due - perf_counter()))
            self._due = max(self._due, perf_counter() - _MOST_LAG) + BLOCK_SECONDS

    def _keep_more(self, line: Playback) -> None:
        """After the coach came too late, keep more ahead: there is a gap already, and it is made so much longer."""
        late, self._silent_before = line.silent > self._silent_before, line.silent
        if late and self._fill < _MOST_AHEAD:
            self._fill += _MORE
            line.ring.write(np.zeros(round(_MORE * line.rate), np.float32))

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
        self._fill = max(self._asked_latency, line.chunk / line.rate + BLOCK_SECONDS)
        line.ring.write(np.zeros(round((self._fill - BLOCK_SECONDS) * line.rate), np.float32))

    def _wait_for_room(self, line: Playback) -> bool:
        began = perf_counter()
        while True:
            self._moved.clear()
            if len(line.ring) / line.rate + BLOCK_SECONDS <= self._fill:
                return True
            if line.ended:
                self._lose(line, "the system ended the stream")
                return False
            waited = perf_counter() - max(began, line.stamp[1])
            if waited > _SILENT_TOO_LONG:
                self._lose(line, f"it took no sound for {waited:.1f} s")
                return False
            self._moved.wait(_SILENT_TOO_LONG / 5)


class Microphone(Side[Capture]):
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
            self._moved.clear()
            got += self._pull(line, block[got:])
            patience = slack()
            if got == HEARD or patience <= 0 or line.ended:
                break
            self._moved.wait(patience)
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
        if self._starved >= _STARVED_BLOCKS and silent > _SILENT_TOO_LONG:
            self._lose(line, f"no sound came for {silent:.1f} s")
        self._backlogs.append(len(line.ring) / line.rate + len(self._resampler) / HEARING_RATE)
        excess = min(self._backlogs) - BLOCK_SECONDS
        if len(self._backlogs) == _BACKLOG_BLOCKS and excess > _MOST_BACKLOG - BLOCK_SECONDS:
            self._dropped += line.ring.skip(round(excess * line.rate)) / line.rate
            self._backlogs.clear()
