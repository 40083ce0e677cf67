"""Open PortAudio streams: a microphone that fills a ring of samples, a speaker that drains one."""

from __future__ import annotations

import sys
from threading import Event
from time import perf_counter, sleep
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from voicecoach.audio import portaudio
from voicecoach.audio.portaudio import DeviceError, DeviceInfo, Direction
from voicecoach.audio.ring import Ring, Strided
from voicecoach.events import BLOCK_SECONDS

RATES = (48_000, 44_100, 16_000, 96_000, 32_000, 24_000, 22_050, 8_000)
"""Sample rates (Hz) by preference. A block is a whole number of frames at each."""

_RING_SECONDS = 2.0
_POLL = 0.01
"""Seconds between two looks at a stream that begins or ends; the event of the callbacks is the coach's alone."""
_HUSH = 0.005
"""Seconds in which the speaker fades out where it is to be silent at once."""
_MOST_DELAY = 1.0
"""Seconds beyond which a driver's timestamps are not believed. Some drivers leave them at zero."""
_LATENCY_WEIGHT = 0.02
"""Weight of one timestamp in the running mean: they jump by up to a chunk."""

_NEVER = sys.maxsize

_open_lines: set[Line] = set()


class Line:
    """One open stream and its ring of mono samples at the device's own rate.

    The callback runs in PortAudio's thread under the interpreter's lock. It copies between PortAudio's buffer
    and the ring, stores one small tuple, and sets an event to wake the coach when that is what it waits for:
    waking it at each of some three hundred callbacks a second cost as much as all that the loop does. The
    event's inner lock is held for a few instructions only; without it the coach would have to poll.
    """

    direction: Direction

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        self.device = device
        self.rate = rate
        self.ring = Ring(int(rate * _RING_SECONDS))
        self.frames = 0
        """Frames that the device has moved."""
        self.chunk = 0
        """The most frames that one callback has moved."""
        self.stamp = (0, perf_counter())
        """The ring's count that the callback moved, and when (`perf_counter`): one object, so a true pair."""
        self.glitches = 0
        """How often PortAudio reported that the driver lost sound before or after the callback."""
        self.ended = False
        """Whether PortAudio has ended the stream by itself."""
        self.latency = 0.0
        """The delay (s) in the device and its driver, counted from the end of what a callback moves."""
        self._awaited = _NEVER
        """The ring's count, as in `stamp`, from which on somebody waits for it."""
        self._come = Event()
        self._stream: Any = None

    def start(self, stream: Any) -> None:
        """Begin; `stream` is a stream of `sounddevice` that calls back into this line."""
        self._stream = stream
        self.latency = stream.latency
        _open_lines.add(self)
        try:
            stream.start()
        except Exception:
            self.close()
            raise

    def settle(self, seconds: float) -> bool:
        """Wait until the device moves sound by itself, beyond filling its buffers; false after `seconds`."""
        enough = self.rate * max(2 * self.latency, 3 * BLOCK_SECONDS)
        deadline = perf_counter() + seconds
        while self.frames < enough and not self.ended and perf_counter() < deadline:
            sleep(_POLL)
        return self.frames >= enough and not self.ended

    def close(self) -> None:
        """End the stream. A speaker's is dropped with what it holds. It can block for a minute."""
        self._stream.abort()
        with portaudio.LOCK:
            # PortAudio's list of streams has no lock of its own: do not begin while a stream is being opened.
            # Not held below: only the first moment of closing touches that list, and the rest can take long.
            pass
        self._stream.close()
        _open_lines.discard(self)

    def finished(self) -> None:
        """For `finished_callback`: the stream has ended, asked or not."""
        self.ended = True
        self._come.set()

    def callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """For `sounddevice`: move `frames` frames between `data`, shape (frames, channels), and the ring."""
        count = self._move(data)
        if status:
            self.glitches += 1
        self.stamp = (count, perf_counter())
        self.frames += frames
        self.chunk = max(self.chunk, frames)
        delay = self._driver_delay(time, frames / self.rate)
        if time.currentTime and abs(delay) < _MOST_DELAY:
            self.latency += (delay - self.latency) * _LATENCY_WEIGHT
        if count >= self._awaited:
            self._come.set()

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until the ring's count in `stamp` is `count` or the stream has ended; so many seconds at most."""
        self._come.clear()
        self._awaited = count
        if self.stamp[0] < count and not self.ended:  # in this order: a callback in between has set the event
            self._come.wait(seconds)
        self._awaited = _NEVER

    def _driver_delay(self, time: Any, chunk: float) -> float:
        """Seconds between now and the converter's time for the last of the chunk, which is `chunk` s long."""
        raise NotImplementedError

    def _move(self, data: Any) -> int:
        """Copy between `data` and the ring; return the ring's count that moved."""
        raise NotImplementedError


class Capture(Line):
    """An open microphone: its first channel runs into the ring. A full ring drops the newest samples."""

    direction = "input"
    overflow = 0
    """Frames dropped because the ring was full."""

    def _move(self, data: Any) -> int:
        self.overflow += len(data) - self.ring.write(data[:, 0])
        return self.ring.written

    def _driver_delay(self, time: Any, chunk: float) -> float:
        return float(time.currentTime - time.inputBufferAdcTime) - chunk

    def delay(self) -> float:
        """Sound (s) that has arrived and was not taken, as if it came sample by sample and not in chunks."""
        arrived, when = self.stamp
        return (arrived - self.ring.taken) / self.rate + (perf_counter() - when)


class Playback(Line):
    """An open speaker: the ring runs out on every channel, silence when it is empty."""

    direction = "output"
    silent = 0
    """Frames of silence played because the ring was empty, after it had been filled for the first time."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self._fade = np.linspace(1.0, 0.0, round(_HUSH * rate), dtype=np.float32)
        self._silent_until = 0
        """The ring's count until which all is silent; moved by the coach only."""
        self._fades_from: int | None = None
        """The ring's count from which on it fades out for that; moved by the callback only."""

    def hush(self, until: int) -> None:
        """Fade out at once, and be silent until the ring's count `until`."""
        self._silent_until = until

    def _move(self, data: Any) -> int:
        begin = self.ring.taken
        count = self.ring.read_into(data[:, 0])
        if begin < self._silent_until:
            self._quieten(data[:count, 0], begin)
        else:
            self._fades_from = None
        if count < len(data):
            data[count:, 0] = 0
            self.silent += len(data) - count if self.ring.written else 0
        data[:, 1:] = data[:, :1]
        return self.ring.taken

    def _quieten(self, samples: Strided, count: int) -> None:
        """Fade out, or silence, what was in the ring from its `count` on."""
        if self._fades_from is None:
            self._fades_from = count
        fade = self._fade[count - self._fades_from :][: len(samples)]
        samples[: len(fade)] *= fade
        samples[len(fade) : max(len(fade), self._silent_until - count)] = 0.0

    def _driver_delay(self, time: Any, chunk: float) -> float:
        return float(time.outputBufferDacTime - time.currentTime) + chunk

    def drain(self, seconds: float) -> None:
        """Wait until all that was handed over has been played, `seconds` at most for the ring."""
        deadline = perf_counter() + seconds
        while len(self.ring) and not self.ended and perf_counter() < deadline:
            sleep(_POLL)
        if not self.ended:
            # PortAudio's own way to play to the end, Pa_StopStream, drops 50 ms with ALSA on PulseAudio.
            sleep(self.latency)

    def delay(self) -> float:
        """Sound (s) that waits to be played, as if it left sample by sample and not in chunks."""
        taken, when = self.stamp
        return (self.ring.written - taken) / self.rate - (perf_counter() - when)


LineT = TypeVar("LineT", Capture, Playback)


def open_line(
    kind: type[LineT],
    wanted: str | int | None,
    latency: float,
    rate: int | None = None,
) -> LineT:
    """Open and start a stream on the device `wanted` (see `portaudio.choose`), at `rate` (Hz) if it can.

    `latency` (s) is suggested to the driver. DeviceError when there is no such device or it refuses.
    """
    with portaudio.LOCK:
        sounddevice = portaudio.library()
        device = portaudio.choose(kind.direction, wanted)
        settings = _settings(sounddevice, device)
        found, channels = _format(sounddevice, kind.direction, device, settings, (rate, *RATES) if rate else RATES)
        line = kind(device, found)
        make = sounddevice.InputStream if kind is Capture else sounddevice.OutputStream
        try:
            line.start(
                make(
                    samplerate=found,
                    channels=channels,
                    latency=latency,
                    callback=line.callback,
                    finished_callback=line.finished,
                    **settings,
                )
            )
        except sounddevice.PortAudioError as error:
            raise DeviceError(
                f'The {portaudio.NOUNS[kind.direction]} "{device.name}" could not be opened '
                f"({error.args[0]}): close other programs that use it, or choose another one."
            ) from error
        return line


def refresh_if_idle() -> None:
    """Read the list of devices anew unless a stream is open, which would not survive it."""
    with portaudio.LOCK:
        if not _open_lines:
            portaudio.refresh()


def _settings(sounddevice: ModuleType, device: DeviceInfo) -> dict[str, Any]:
    settings: dict[str, Any] = {"device": device.index, "dtype": "float32"}
    if device.host_api == "Windows WASAPI":
        # Shared mode, so that other programs are heard too, with Windows' own converter: without it WASAPI
        # takes only the rate and the channels of its mixer.
        settings["extra_settings"] = sounddevice.WasapiSettings(auto_convert=True)
    return settings


def _format(
    sounddevice: ModuleType,
    direction: Direction,
    device: DeviceInfo,
    settings: dict[str, Any],
    rates: tuple[int, ...],
) -> tuple[int, int]:
    """The first rate (Hz) and number of channels that the device accepts.

    A speaker gets two channels: Core Audio plays mono on the left one only.
    """
    most = device.channels(direction)
    few = (1, 2) if direction == "input" else (2, 1)
    check = sounddevice.check_input_settings if direction == "input" else sounddevice.check_output_settings
    for rate in rates:
        for channels in (*(number for number in few if number <= most), most):
            try:
                check(channels=channels, samplerate=rate, **settings)
            except sounddevice.PortAudioError:
                continue
            return rate, channels
    raise DeviceError(
        f'The {portaudio.NOUNS[direction]} "{device.name}" accepts none of the usual sample rates: '
        "close other programs that use it, or choose another one."
    )
