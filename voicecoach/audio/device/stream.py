"""Declare an open stream of a sound device; subclasses move the sound."""

from __future__ import annotations

from time import perf_counter, sleep
from typing import Any

import numpy as np

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.portaudio import DeviceInfo, Direction
from voicecoach.audio.ring_buffer import Ring
from voicecoach.core.audio import BLOCK_SECONDS, Samples

RING_SECONDS = 2.0
"""Size of a ring between a stream and the coach."""
_POLL_S = 0.01
"""Time between two polls of a stream that begins or ends."""

open_lines: set[AudioStream] = set()
"""All open lines: they do not survive when the list of devices is read again."""


class AudioStream:
    """One open stream of mono samples at the device's own rate."""

    direction: Direction
    more_latency = 0.0
    """Latency (s) that the driver is asked for beyond the wanted one."""
    hooks: dict[str, Any]
    """Further arguments to open the stream of `sounddevice` with."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        self.device = device
        self.rate = rate
        self.hooks = {}
        self.frames = 0
        """Frames that the device has moved."""
        self.chunk = 0
        """The most frames that the device moves at once."""
        self.stamp = (0, perf_counter())
        """The frames moved so far, and when (`perf_counter`) the device last moved any. One object,
        so that both values belong together across threads."""
        self.glitches = 0
        """How often the driver has lost sound."""
        self.ended = False
        """Whether PortAudio has ended the stream by itself."""
        self.latency = 0.0
        """The delay (s) in the device and its driver, in addition to `delay`."""
        self._stream: Any = None

    def start(self, stream: Any) -> None:
        """Start a stream of `sounddevice` that was opened with `hooks`."""
        self._stream = stream
        open_lines.add(self)
        try:
            stream.start()
        except Exception:
            self.close()
            raise

    def settle(self, seconds: float) -> bool:
        """Wait until the device has moved more sound than its buffers hold.

        Returns:
            False if that has not happened after `seconds`.
        """
        enough = self.rate * max(2 * self._stream.latency, 3 * BLOCK_SECONDS)
        deadline = perf_counter() + seconds
        while self.frames < enough and not self.ended and perf_counter() < deadline:
            self.idle()
            sleep(_POLL_S)
        return self.frames >= enough and not self.ended

    def idle(self) -> None:
        """Keep the stream running while nobody uses it."""

    def close(self) -> None:
        """End the stream, and drop a speaker's queue; it can block for a minute."""
        self._stream.abort()
        with portaudio.LOCK:
            # PortAudio's list of streams has no lock of its own: do not begin while a stream is
            # being opened. Not held below: only the first moment of closing touches that list, and
            # the rest can take long.
            pass
        self._stream.close()
        open_lines.discard(self)

    def delay(self) -> float:
        """Return the sound (s) that waits to be taken, or to be played."""
        raise NotImplementedError


class Capture(AudioStream):
    """An open microphone: its first channel runs into the ring.

    A full ring drops the newest samples.
    """

    direction = "input"
    overflow = 0
    """Frames dropped because the ring was full."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self.ring = Ring(int(rate * RING_SECONDS))

    def fetch(self) -> bool:
        """Move arrived sound into the ring; return True if there may be more."""
        return False

    def wait_for(self, count: int, seconds: float) -> None:
        """Block until `count` frames in total have arrived.

        Returns also when the stream ends or after `seconds`, and may return early.
        """
        raise NotImplementedError


class Playback(AudioStream):
    """An open speaker that plays the queue on every channel, silence when it is empty."""

    direction = "output"
    silent = 0
    """Frames of silence played because the queue was empty, after the first write."""
    most_ahead: float
    """Sound (s) that is queued at most."""

    def ahead(self, asked: float) -> float:
        """Return the seconds to keep queued, given the latency asked of the driver."""
        raise NotImplementedError

    def queued(self) -> int:
        """Return the frames that the driver has not yet taken."""
        raise NotImplementedError

    def write(self, samples: Samples) -> None:
        """Queue samples, shape (frames,), at the line's rate."""
        raise NotImplementedError

    def pad(self, frames: int) -> None:
        """Queue silence."""
        self.write(np.zeros(max(0, frames), np.float32))

    def wait_for_room(self, most: int, seconds: float) -> None:
        """Block until at most `most` frames are queued.

        Returns also when the stream ends or after `seconds`, and may return early.
        """
        raise NotImplementedError

    def linger(self, most: int, share: float) -> None:
        """Wait for a share (0 to 1) of the time until at most `most` frames are queued.

        Only streams whose `delay` is derived from chunks wait.
        """

    def flush(self, coming: int) -> int:  # noqa: ARG002 (for those that can)
        """Fade out at once, and stay silent for the queue and the next `coming` frames.

        Returns:
            Queued frames that are not heard; 0 where the stream cannot flush.
        """
        return 0

    def drain(self, seconds: float) -> None:
        """Block until the queue has been played, or `seconds` have passed."""
        deadline = perf_counter() + seconds
        while self.queued() and not self.ended and perf_counter() < deadline:
            sleep(_POLL_S)
        if not self.ended:
            # PortAudio's own way to play to the end, Pa_StopStream, drops 50 ms with ALSA on
            # PulseAudio.
            sleep(self._stream.latency)
