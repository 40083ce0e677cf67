"""Move sound between rings and PortAudio, in the callbacks of PortAudio's thread."""

from __future__ import annotations

import sys
from threading import Event
from time import perf_counter
from typing import Any

import numpy as np

from voicecoach.audio.device.portaudio import DeviceInfo
from voicecoach.audio.device.stream import RING_SECONDS, AudioStream, Capture, Playback
from voicecoach.audio.ring_buffer import Ring, Strided
from voicecoach.core.audio import BLOCK_SECONDS, Samples

_FLUSH_FADE_S = 0.005
"""Duration of the fade when the speaker is flushed."""
_MAX_DELAY_S = 1.0
"""A longer delay in a driver's timestamps is not believed. Some drivers leave them at zero."""
_LATENCY_WEIGHT = 0.02
"""Weight of one timestamp in the running mean: timestamps jump by up to a chunk."""
_MAX_AHEAD_S = 0.15
"""Sound that is queued at most for a coach that is late; beyond it the machine is too slow."""

_NEVER = sys.maxsize


class _Callback(AudioStream):
    """A line with a ring, and the callback that moves sound between it and PortAudio.

    The callback runs in PortAudio's thread under the interpreter's lock. It copies between
    PortAudio's buffer and the ring, stores one small tuple, and sets an event once the ring's count
    reaches the one that the coach waits for: to wake the coach at each of some three hundred
    callbacks a second cost as much as the whole loop. The event's inner lock is held for a few
    instructions only; without it the coach would have to poll.
    """

    ring: Ring

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self.hooks = {"callback": self.callback, "finished_callback": self.finished}
        self._awaited = _NEVER
        """The coach waits until the ring's count, as in `stamp`, reaches this one."""
        self._come = Event()

    def start(self, stream: Any) -> None:
        """See `AudioStream`."""
        self.latency = stream.latency
        super().start(stream)

    def finished(self) -> None:
        """Note that the stream has ended; for `finished_callback`."""
        self.ended = True
        self._come.set()

    def callback(self, data: Any, frames: int, time: Any, status: Any) -> None:
        """Move `frames` frames between `data`, shape (frames, channels), and the ring."""
        count = self._move(data)
        if status:
            self.glitches += 1
        self.stamp = (count, perf_counter())
        self.frames += frames
        self.chunk = max(self.chunk, frames)
        delay = self._driver_delay(time, frames / self.rate)
        if time.currentTime and abs(delay) < _MAX_DELAY_S:
            self.latency += (delay - self.latency) * _LATENCY_WEIGHT
        if count >= self._awaited:
            self._come.set()

    def _wait_for(self, count: int, seconds: float) -> None:
        """Block until the ring's count reaches `count`, the stream ends, or `seconds` pass."""
        self._come.clear()
        self._awaited = count
        if (
            self.stamp[0] < count and not self.ended
        ):  # in this order: a callback in between has set the event
            self._come.wait(seconds)
        self._awaited = _NEVER

    def _driver_delay(self, time: Any, chunk: float) -> float:
        """Return the seconds from now to the converter's time for the end of the chunk.

        Args:
            time: PortAudio's timestamps.
            chunk: Length of the chunk in seconds.
        """
        raise NotImplementedError

    def _move(self, data: Any) -> int:
        """Copy between `data` and the ring; return the ring's new count."""
        raise NotImplementedError


class CallbackCapture(_Callback, Capture):
    """An open microphone."""

    def _move(self, data: Any) -> int:
        self.overflow += len(data) - self.ring.write(data[:, 0])
        return self.ring.written

    def _driver_delay(self, time: Any, chunk: float) -> float:
        return float(time.currentTime - time.inputBufferAdcTime) - chunk

    def wait_for(self, count: int, seconds: float) -> None:
        """See `Capture`."""
        self._wait_for(count, seconds)

    def delay(self) -> float:
        """Return the sound (s) that waits to be taken, corrected for the chunks."""
        arrived, when = self.stamp
        return (arrived - self.ring.taken) / self.rate + (perf_counter() - when)


class CallbackPlayback(_Callback, Playback):
    """An open speaker: the ring plays on every channel, silence when it is empty."""

    most_ahead = _MAX_AHEAD_S

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self.ring = Ring(int(rate * RING_SECONDS))
        self._fade = np.linspace(1.0, 0.0, round(_FLUSH_FADE_S * rate), dtype=np.float32)
        self._silent_until = 0
        """The speaker is silent up to this count of the ring; set by the coach only."""
        self._fades_from: int | None = None
        """The fade to that silence starts at this count; set by the callback only."""

    def ahead(self, asked: float) -> float:
        """Return about the size (s) of the driver's own buffer."""
        return max(asked, self.chunk / self.rate + BLOCK_SECONDS)

    def queued(self) -> int:
        """See `Playback`."""
        return len(self.ring)

    def write(self, samples: Samples) -> None:
        """See `Playback`."""
        self.ring.write(samples)

    def wait_for_room(self, most: int, seconds: float) -> None:
        """See `Playback`."""
        self._wait_for(self.ring.written - most, seconds)

    def flush(self, coming: int) -> int:
        """See `Playback`."""
        left = len(self.ring)
        self._silent_until = self.ring.written + coming
        return left

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
        """Fade out or silence samples that were in the ring from its `count` on."""
        if self._fades_from is None:
            self._fades_from = count
        fade = self._fade[count - self._fades_from :][: len(samples)]
        samples[: len(fade)] *= fade
        samples[len(fade) : max(len(fade), self._silent_until - count)] = 0.0

    def _driver_delay(self, time: Any, chunk: float) -> float:
        return float(time.outputBufferDacTime - time.currentTime) + chunk

    def delay(self) -> float:
        """Return the sound (s) that waits to be played, corrected for the chunks."""
        taken, when = self.stamp
        return (self.ring.written - taken) / self.rate - (perf_counter() - when)
