"""Reopen a side of a sound device when its stream dies."""

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


@dataclass(frozen=True, slots=True)
class ReconnectParams:
    """When a device counts as lost, and how it is opened again."""

    settle_timeout_s: float = 3.0
    """A new stream may take this long to run. PulseAudio has taken 1.7 s on an idle sink."""
    back_off_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    """Pauses before the first attempts to open a lost device again."""
    last_back_off_s: float = 5.0
    """Pause before each later attempt."""
    latency_growth: float = 2.0
    """Factor for the latency after many underruns; it is large because each change interrupts the
    sound."""
    max_latency_s: float = 0.12
    """Latency that is asked of a driver at most."""
    silent_too_long_s: float = 0.5
    """A device that moves no sound for this long is taken for lost: PortAudio often does not report
    the loss."""


log = logging.getLogger(__name__)

NoticeKind = Literal["microphone lost", "microphone back", "speaker lost", "speaker back"]


@dataclass(frozen=True, slots=True)
class DeviceNotice:
    """A device was lost or found. `device` is its name, `detail` the evidence."""

    kind: NoticeKind
    device: str
    detail: str = ""


def in_background(task: Callable[[], None]) -> Thread:
    """Run a task that may hang in a driver, in a thread that does not block the exit."""

    def run() -> None:
        portaudio.join_com()
        task()

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread


class ReconnectingStream(Generic[LineT]):
    """Hold the open line of one direction, and search for another when it is lost."""

    noun: str
    lost: NoticeKind
    back: NoticeKind
    kind: type[LineT]

    def __init__(
        self,
        wanted: str | int | None,
        latency: float,
        notices: deque[DeviceNotice],
        params: ReconnectParams = ReconnectParams(),
    ) -> None:
        self._params = params
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
        """Return the delay (s) that the driver reports; 0 while the device is lost."""
        return self._line.latency if self._line else 0.0

    @property
    def glitches(self) -> int:
        """Return how often a driver has reported lost sound."""
        return self._past_glitches + (self._adopted.glitches if self._adopted else 0)

    def open(self) -> int:
        """Open a line for the first time; return its rate (Hz).

        Raises:
            DeviceError: What is missing and how to get it.
        """
        line = self._open(self._wanted)
        if self._wanted is not None:
            # Numbers change when the list of devices is read anew, names do not.
            self._wanted = line.device.full_name
        self._line = line
        self._rate = line.rate
        return line.rate

    def close(self) -> list[Thread]:
        """Begin to close, and stop searching; return the threads that do the work."""
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
        if not line.settle(self._params.settle_timeout_s):
            in_background(line.close)
            raise DeviceError(
                f'The {self.noun} "{line.device.name}" was opened but does not run: '
                "unplug it and plug it in again, or choose another one."
            )
        return line

    def _current(self) -> LineT | None:
        """Return the line for this block, in the coach's thread; make a new one ready first."""
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
        if (
            line
            and self._gaps.feed(line.glitches)
            and self._asked_latency < self._params.max_latency_s
        ):
            self._widen(line)
            return None
        return line

    def _widen(self, line: LineT) -> None:
        """Open the device again with more latency for its driver.

        It takes a moment; a notice is given only if it fails.
        """
        self._line = None
        self._asked_latency = min(
            self._params.max_latency_s, self._params.latency_growth * self._asked_latency
        )
        log.info(
            'the %s "%s" gets %.0f ms', self.noun, line.device.name, 1000 * self._asked_latency
        )

        def exchange() -> None:
            line.close()
            detail = "it could not be opened anew with more time for its driver"
            self._search(
                (0.0, *self._params.back_off_s), DeviceNotice(self.lost, line.device.name, detail)
            )

        self._threads.append(in_background(exchange))

    def _adopt(self, line: LineT) -> None:
        """Begin to use a line in place of `_adopted`."""
        raise NotImplementedError

    def _lose(self, line: LineT, detail: str) -> None:
        self._line = None
        log.warning('the %s "%s" is lost: %s', self.noun, line.device.name, detail)
        self._notices.append(DeviceNotice(self.lost, line.device.name, detail))
        self._threads.append(in_background(line.close))
        self._threads.append(in_background(lambda: self._search(self._params.back_off_s)))

    def _search(self, delays: Sequence[float], untold: DeviceNotice | None = None) -> None:
        """Search for a line; give the notice `untold` if the first attempt fails."""
        for delay in chain(delays, repeat(self._params.last_back_off_s)):
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
