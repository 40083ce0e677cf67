"""A side of a sound device, with a way back when its stream dies."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from threading import Event, Lock, Thread
from typing import Generic, Literal

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.open_stream import LineT, open_line, refresh_if_idle
from voicecoach.audio.device.portaudio import DeviceError
from voicecoach.audio.device.underruns import UnderrunMonitor

_SETTLE = 3.0
"""Seconds that a new stream may take to run. PulseAudio has taken 1.7 on an idle sink."""
_BACK_OFF = (0.5, 1.0, 2.0, 4.0)
_BACK_OFF_AT_LAST = 5.0
"""Seconds between the attempts to open a lost device again."""
_WIDER = 2.0
"""How much more time at once: each change interrupts the sound."""
_MOST_LATENCY = 0.12
"""Seconds that are asked of a driver at most."""

SILENT_TOO_LONG = 0.5
"""Seconds in which a device moves no sound after which it is taken for lost: PortAudio often does not tell."""

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


class ReconnectingStream(Generic[LineT]):
    """One direction: the open line, if there is one, and the search for another when it is lost."""

    noun: str
    lost: NoticeKind
    back: NoticeKind
    kind: type[LineT]

    def __init__(
        self,
        wanted: str | int | None,
        latency: float,
        notices: deque[DeviceNotice],
    ) -> None:
        self._wanted = wanted
        self._asked_latency = latency
        self._notices = notices
        self._rate = 0
        self._past_glitches = 0
        self._gaps = UnderrunMonitor()
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
        line = open_line(self.kind, wanted, self._asked_latency, self._rate or None)
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
            self._gaps = UnderrunMonitor()
        if line and self._gaps.feed(line.glitches) and self._asked_latency < _MOST_LATENCY:
            self._widen(line)
            return None
        return line

    def _widen(self, line: LineT) -> None:
        """Open the device anew with more time for its driver. It takes a moment, and nobody is told unless it fails."""
        self._line = None
        self._asked_latency = min(_MOST_LATENCY, _WIDER * self._asked_latency)
        log.info('the %s "%s" gets %.0f ms', self.noun, line.device.name, 1000 * self._asked_latency)

        def exchange() -> None:
            line.close()
            detail = "it could not be opened anew with more time for its driver"
            self._search((0.0, *_BACK_OFF), DeviceNotice(self.lost, line.device.name, detail))

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

    def _search(self, delays: Sequence[float] = _BACK_OFF, untold: DeviceNotice | None = None) -> None:
        """Look for a line; `untold` is what to tell when there is none at once."""
        for delay in chain(delays, repeat(_BACK_OFF_AT_LAST)):
            if self._leaving.wait(delay):
                return
            try:
                line = self._open_any()
            except Exception as error:  # whatever a driver in trouble does, go on searching
                log.debug("still no %s: %s", self.noun, error)
                if untold:
                    self._notices.append(untold)
                    untold = None
                continue
            with self._swap:
                if not self._leaving.is_set():
                    self._line = line
                    if not untold:
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
