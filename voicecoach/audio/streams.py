"""Open PortAudio streams: a microphone that fills a ring of samples, a speaker that drains one."""

from __future__ import annotations

import threading
from time import perf_counter
from types import ModuleType
from typing import Any, TypeVar

from voicecoach.audio import portaudio
from voicecoach.audio.portaudio import DeviceError, DeviceInfo, Direction
from voicecoach.audio.ring import Ring
from voicecoach.events import BLOCK_SECONDS

RATES = (48_000, 44_100, 16_000, 96_000, 32_000, 24_000, 22_050, 8_000)
"""Sample rates (Hz) by preference. A block is a whole number of frames at each."""

_RING_SECONDS = 2.0

_open_lines: set[Line] = set()


class Line:
    """One open stream and its ring of mono samples at the device's own rate.

    The callbacks run in PortAudio's thread under the interpreter's lock. They copy between PortAudio's buffer and
    the ring, store one small tuple, and set an event to wake the coach. The event's inner lock is held for a few
    instructions only; without it the coach would have to poll.
    """

    direction: Direction

    def __init__(self, device: DeviceInfo, rate: int, moved: threading.Event) -> None:
        self.device = device
        self.rate = rate
        self.ring = Ring(int(rate * _RING_SECONDS))
        self.frames = 0
        """Frames that the device has moved."""
        self.chunk = 0
        """The most frames that one callback has moved."""
        self.stamp = (0, perf_counter())
        """The ring's count that the callback moves, and when (s, `perf_counter`): one object, so always a pair."""
        self.ended = False
        """Whether PortAudio has ended the stream by itself."""
        self.latency = 0.0
        """PortAudio's own estimate of the delay (s) in the device and its driver."""
        self._moved = moved
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
            self._moved.clear()
            self._moved.wait(BLOCK_SECONDS)
        return self.frames >= enough and not self.ended

    def close(self, drain: bool = False) -> None:
        """End the stream, with `drain` after what it holds has been played. It can block for a minute."""
        if drain and not self.ended:
            self._stream.stop()
        else:
            self._stream.abort()
        with portaudio.LOCK:
            # PortAudio's list of streams has no lock of its own: do not begin to close while a stream is opened.
            # Not held below: only the first moment of a close touches that list, and the rest can take long.
            pass
        self._stream.close()
        _open_lines.discard(self)

    def finished(self) -> None:
        """For `finished_callback`: the stream has ended, asked or not."""
        self.ended = True
        self._moved.set()

    def callback(self, data: Any, frames: int, _time: Any, _status: Any) -> None:
        """For `sounddevice`: move `frames` frames between `data`, shape (frames, channels), and the ring."""
        count = self._move(data, frames)
        self.stamp = (count, perf_counter())
        self.frames += frames
        self.chunk = max(self.chunk, frames)
        self._moved.set()

    def _move(self, data: Any, frames: int) -> int:
        raise NotImplementedError


class Capture(Line):
    """An open microphone: its first channel runs into the ring. A full ring drops the newest samples."""

    direction = "input"

    def _move(self, data: Any, frames: int) -> int:
        self.ring.write(data[:, 0])
        return self.ring.written

    def delay(self) -> float:
        """Sound (s) that has arrived and was not taken, as if it came sample by sample and not in chunks."""
        arrived, when = self.stamp
        return (arrived - self.ring.taken) / self.rate + (perf_counter() - when)


class Playback(Line):
    """An open speaker: the ring runs out on every channel, silence when it is empty."""

    direction = "output"
    silent = 0
    """Frames of silence played because the ring was empty, after it had been filled for the first time."""

    def _move(self, data: Any, frames: int) -> int:
        count = self.ring.read_into(data[:, 0])
        if count < frames:
            data[count:, 0] = 0
            self.silent += frames - count if self.ring.written else 0
        data[:, 1:] = data[:, :1]
        return self.ring.taken

    def delay(self) -> float:
        """Sound (s) that waits to be played, as if it left sample by sample and not in chunks."""
        taken, when = self.stamp
        return (self.ring.written - taken) / self.rate - (perf_counter() - when)


LineT = TypeVar("LineT", Capture, Playback)


def open_line(
    kind: type[LineT],
    wanted: str | int | None,
    latency: float,
    moved: threading.Event,
    rate: int | None = None,
) -> LineT:
    """Open and start a stream on the device `wanted` (see `portaudio.choose`), at `rate` (Hz) if it can.

    `latency` (s) is suggested to the driver, `moved` is set by every callback. DeviceError when there is no such
    device or it refuses.
    """
    with portaudio.LOCK:
        sounddevice = portaudio.library()
        device = portaudio.choose(kind.direction, wanted)
        settings = _settings(sounddevice, device)
        found, channels = _format(
            sounddevice, kind.direction, device, settings, (rate, *RATES) if rate else RATES
        )
        line = kind(device, found, moved)
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
                f'The {portaudio.NOUNS[kind.direction]} "{device.name}" could not be opened ({error.args[0]}): '
                "close other programs that use it, or choose another one."
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
        # Shared mode, so that other programs are heard too, with Windows' own converter: without it WASAPI takes
        # only the rate and the channels of its mixer.
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
