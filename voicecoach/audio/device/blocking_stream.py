"""Read and write streams in the coach's loop itself, without waiting; used with ALSA.

PortAudio's callbacks cost three times as much there (`benchmarks/streams.py`): a thread of
PortAudio is woken some hundred times a second for each direction and takes the interpreter from the
computations. A callback also moves sound from a ring to the driver's buffer; without the ring the
sound lies in that buffer at once, so all of the queue is available while the coach is late.

No call here waits for the driver: PortAudio does not wait when no more frames are read or written
than are available (`PaAlsaStream_WaitForFrames`, in blocking mode). A driver that hangs is noticed
because it moves no sound.
"""

from __future__ import annotations

from time import perf_counter, sleep
from typing import Any

import numpy as np

from voicecoach.audio.device import portaudio
from voicecoach.audio.device.chunk_clock import ChunkClock
from voicecoach.audio.device.portaudio import DeviceInfo
from voicecoach.audio.device.stream import Capture, Playback
from voicecoach.core.audio import Samples

_MIN_POLL_S = 0.002
"""Least time between two polls of a stream; drivers move chunks of 5 to 10 ms."""
_HEADROOM_S = 0.01
"""Free rest of the driver's buffer, for a resampler that gives more frames now and then."""


class BlockingCapture(Capture):
    """An open microphone."""

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self._pace = ChunkClock()

    def fetch(self) -> bool:
        """See `Capture`."""
        try:
            count = self._stream.read_available
            now = perf_counter()
            if not count:
                return False
            data, overflowed = self._stream.read(count)
        except portaudio.library().PortAudioError:
            self.ended = True
            return False
        self.glitches += bool(overflowed)
        self.overflow += count - self.ring.write(data[:, 0])
        self.frames += count
        self.stamp = (self.ring.written, now)
        self._pace.look(self.ring.written / self.rate, now)
        return True

    def idle(self) -> None:
        """See `AudioStream`."""
        self.fetch()

    def wait_for(self, count: int, seconds: float) -> None:
        """See `Capture`."""
        come, when = self.stamp
        expected = (count - come) / self.rate - (perf_counter() - when)
        sleep(max(_MIN_POLL_S, min(seconds, expected)))

    def delay(self) -> float:
        """Return the sound (s) that waits to be taken, corrected for the chunks."""
        self.fetch()
        return self._pace.moved(perf_counter()) - self.ring.taken / self.rate


class BlockingPlayback(Playback):
    """An open speaker whose samples go straight into the driver's buffer."""

    more_latency = 0.01

    def __init__(self, device: DeviceInfo, rate: int) -> None:
        super().__init__(device, rate)
        self._size = 0
        self._queued = 0
        self._pace = ChunkClock()
        self._handed = (0, perf_counter())
        """Queued frames after the last write, and the time (s) of that write."""

    def start(self, stream: Any) -> None:
        """See `AudioStream`."""
        super().start(stream)
        self._size = stream.write_available
        self.most_ahead = self._size / self.rate - _HEADROOM_S
        self._frames = np.zeros((self._size, stream.channels), np.float32)

    def ahead(self, asked: float) -> float:  # noqa: ARG002 (the driver was asked for that)
        """Return the size (s) of the driver's buffer."""
        return self.most_ahead

    def queued(self) -> int:
        """See `Playback`."""
        try:
            queued = max(0, self._size - int(self._stream.write_available))
            now = perf_counter()
        except portaudio.library().PortAudioError:
            self.ended = True
            return self._queued
        if queued < self._queued:
            self.frames += self._queued - queued
            self.stamp = (self.frames, now)
            self._pace.look(self.frames / self.rate, now)
        self._queued = queued
        return queued

    def write(self, samples: Samples) -> None:
        """See `Playback`."""
        self._count_silence()
        count = min(len(samples), self._size - self._queued)
        frames = self._frames[:count]
        frames[:] = samples[:count, None]
        try:
            self.glitches += bool(self._stream.write(frames))
        except portaudio.library().PortAudioError:
            self.ended = True
            return
        self._queued += count
        self._handed = (self._queued, perf_counter())

    def _count_silence(self) -> None:
        """Count an underrun when the queue is empty and more time has passed than it held.

        The driver may have held another chunk. While frames are queued, the driver was late, not
        the coach.
        """
        queued, when = self._handed
        now = perf_counter()
        late = round((now - when) * self.rate) - queued
        if late > 0 and queued and not self._queued:
            self.glitches += 1
            self.silent += late if late > self.chunk else 0
            self._pace = ChunkClock()  # the moved sound lags behind the time from now on
            self._pace.look(self.frames / self.rate, now)

    def idle(self) -> None:
        """See `AudioStream`."""
        before = self.frames
        self.pad(round(self.most_ahead * self.rate) - self.queued())
        if before > self._size:  # the frames that the start took are no measure
            self.chunk = min(max(self.chunk, self.frames - before), self._size // 3)

    def wait_for_room(self, most: int, seconds: float) -> None:
        """See `Playback`."""
        sleep(max(_MIN_POLL_S, min(seconds, self._until(most))))

    def linger(self, most: int, share: float) -> None:
        """See `Playback`."""
        sleep(max(0.0, share * self._until(most)))

    def _until(self, most: int) -> float:
        """Return the seconds until at most `most` frames should be queued."""
        return (self._queued - most) / self.rate - (perf_counter() - self.stamp[1])

    def delay(self) -> float:
        """Return the sound (s) that waits to be played, corrected for the chunks."""
        written = self.queued() + self.frames
        return written / self.rate - self._pace.moved(perf_counter())
