"""An open stream of a sound device, as the two sides of a device use it: how sound gets through it is left open."""

from __future__ import annotations

from time import perf_counter, sleep
from typing import Any

import numpy as np

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.portaudio import DeviceInfo, Direction
from voicecoach.audio.ring_buffer import Ring
from voicecoach.core.audio import BLOCK_SECONDS, Samples

RING_SECONDS = 2.0
_POLL = 0.01
"""Seconds between two looks at a stream that begins or ends."""

open_lines: set[AudioStream] = set()
"""All that are open: they do not survive when the list of devices is read anew."""


class AudioStream:
    """One open stream of mono samples at the device's own rate."""

    direction: Direction
    more_latency = 0.0
    """Seconds that its driver is asked for beyond what the sides want."""
    hooks: dict[str, Any]
    """What a stream of `sounddevice` is to be opened with, for this line."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        self.device = device
        self.rate = rate
        self.hooks = {}
        self.frames = 0
        """Frames that the device has moved."""
        self.chunk = 0
        """The most frames that the device moves at once."""
        self.stamp = (0, perf_counter())
        """How many frames have passed from or to the sides, and when (`perf_counter`) the device last moved any: one
        object, so a true pair."""
        self.glitches = 0
        """How often the driver was found to have lost sound."""
        self.ended = False
        """Whether PortAudio has ended the stream by itself."""
        self.latency = 0.0
        """The delay (s) in the device and its driver, beyond what `delay` tells of."""
        self._stream: Any = None

    def start(self, stream: Any) -> None:
        """Begin; `stream` is a stream of `sounddevice` that was opened with `hooks`."""
        self._stream = stream
        open_lines.add(self)
        try:
            stream.start()
        except Exception:
            self.close()
            raise

    def settle(self, seconds: float) -> bool:
        """Wait until the device moves sound by itself, beyond filling its buffers; false after `seconds`."""
        enough = self.rate * max(2 * self._stream.latency, 3 * BLOCK_SECONDS)
        deadline = perf_counter() + seconds
        while self.frames < enough and not self.ended and perf_counter() < deadline:
            self.idle()
            sleep(_POLL)
        return self.frames >= enough and not self.ended

    def idle(self) -> None:
        """Keep it running while nobody uses it."""

    def close(self) -> None:
        """End the stream. A speaker's is dropped with what it holds. It can block for a minute."""
        self._stream.abort()
        with portaudio.LOCK:
            # PortAudio's list of streams has no lock of its own: do not begin while a stream is being opened.
            # Not held below: only the first moment of closing touches that list, and the rest can take long.
            pass
        self._stream.close()
        open_lines.discard(self)

    def delay(self) -> float:
        """Sound (s) in it that waits to be taken, or to be played."""
        raise NotImplementedError


class Capture(AudioStream):
    """An open microphone: its first channel runs into the ring. A full ring drops the newest samples."""

    direction = "input"
    overflow = 0
    """Frames dropped because the ring was full."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self.ring = Ring(int(rate * RING_SECONDS))

    def fetch(self) -> bool:
        """Let what has come be in the ring; whether there may be more."""
        return False

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until `count` frames ever have come or the stream has ended, or not quite so long; so many seconds at
        most."""
        raise NotImplementedError


class Playback(AudioStream):
    """An open speaker: what is handed over is played on every channel, and silence when there is nothing."""

    direction = "output"
    silent = 0
    """Frames of silence played because nothing was handed over, after something had been for the first time."""
    most_ahead: float
    """Seconds beyond which no more can be, or is to be, handed over ahead."""

    def ahead(self, asked: float) -> float:
        """Seconds to keep handed over, where `asked` was asked of the driver."""
        raise NotImplementedError

    def queued(self) -> int:
        """Frames that were handed over and that the driver has not yet taken."""
        raise NotImplementedError

    def write(self, samples: Samples) -> None:
        """Hand over samples, shape (frames,), at its rate."""
        raise NotImplementedError

    def pad(self, frames: int) -> None:
        """Hand over silence."""
        self.write(np.zeros(max(0, frames), np.float32))

    def wait_for_room(self, most: int, seconds: float) -> None:
        """Wait until no more than `most` frames are queued or the stream has ended, or not quite so long; so many
        seconds at most."""
        raise NotImplementedError

    def linger(self, most: int, share: float) -> None:
        """Wait for `share` of the time until no more than `most` frames are queued, where `delay` is told by chunks."""

    def flush(self, coming: int) -> int:  # noqa: ARG002 (for those that can)
        """Where it can: fade out at once, and be silent until so many frames after all that was handed over. How many
        frames that were handed over are not heard then; 0 where it cannot."""
        return 0

    def drain(self, seconds: float) -> None:
        """Wait until all that was handed over has been played, `seconds` at most for what is queued."""
        deadline = perf_counter() + seconds
        while self.queued() and not self.ended and perf_counter() < deadline:
            sleep(_POLL)
        if not self.ended:
            # PortAudio's own way to play to the end, Pa_StopStream, drops 50 ms with ALSA on PulseAudio.
            sleep(self._stream.latency)
