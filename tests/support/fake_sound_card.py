"""A sound card in simulated time: real rings, streams and sides, but no PortAudio, no thread and no
waiting.

Two cards move sound, each by its own clock: they call back as PortAudio would, or have a driver's
buffer that is read and written. The microphone hears the time: its samples are the fraction of the
second in which they are captured, so that every sample heard tells when that was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from voicecoach.audio.device import (
    blocking_stream,
    callback_stream,
    microphone,
    portaudio,
    reconnecting,
    speaker,
    stream,
)
from voicecoach.audio.device import sound_card as device
from voicecoach.audio.device.blocking_stream import BlockingCapture, BlockingPlayback
from voicecoach.audio.device.callback_stream import CallbackCapture, CallbackPlayback
from voicecoach.audio.device.portaudio import DeviceError, DeviceInfo
from voicecoach.audio.device.sound_card import SoundCard
from voicecoach.audio.device.stream import AudioStream, Capture, Playback


@dataclass
class Card:
    """How a device behaves. `ppm`: its clock runs fast; `chunk` (s): how much it moves at once."""

    rate: int = 48_000
    ppm: float = 0.0
    chunk: float = 0.015
    frozen: bool = False
    """It moves nothing any more, and says nothing."""
    missing: bool = False
    """It cannot be opened."""


class _CardError(Exception):
    """PortAudio's own, in this world."""


@dataclass
class _Running:
    card: Card
    line: Any
    """A stream of either kind; only callback streams have `callback` and `finished`."""
    next_call: float
    not_before: float = 0.0
    latency: float = 0.06
    closed: bool = False

    @property
    def due(self) -> float:
        return max(self.next_call, self.not_before)

    def start(self) -> None:
        self.closed = False

    def abort(self) -> None:
        self.closed = True

    def close(self) -> None:
        if hasattr(self.line, "finished"):
            self.line.finished()

    def end(self) -> None:
        """The system ends the stream."""
        self.line.finished()

    def move(self) -> tuple[float, np.ndarray]:
        """Move a chunk, by a callback; when it passed the converter, and what it was."""
        card, frames, when = self.card, round(self.card.chunk * self.card.rate), self.next_call
        self.next_call += frames / (card.rate * (1 + card.ppm * 1e-6))
        data = np.full((frames, 2), -1, np.float32)  # whatever was in memory
        if isinstance(self.line, Capture):
            data[:, 0] = self.captured(when, frames)
        times = SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0, outputBufferDacTime=0.0)
        self.line.callback(data, frames, times, 0)
        if isinstance(self.line, Playback):
            np.testing.assert_array_equal(data[:, 0], data[:, 1])
        return when, data[:, 0]

    def captured(self, until: float, frames: int) -> np.ndarray:
        """What is captured in the last `frames` frames until then."""
        return (
            (until + np.arange(-frames, 0) / (self.card.rate * (1 + self.card.ppm * 1e-6))) % 1
        ).astype(np.float32)


class _Polled(_Running):
    """A driver's buffer: for a speaker it holds `latency` seconds and a chunk, as PortAudio sets it
    up with ALSA."""

    channels = 2

    def start(self) -> None:
        super().start()
        self._data = np.zeros(0, np.float32)
        self._size = round((self.latency + self.card.chunk) * self.card.rate)
        self._gone = False

    def end(self) -> None:
        self._gone = True

    @property
    def read_available(self) -> int:
        self._look()
        return len(self._data)

    @property
    def write_available(self) -> int:
        self._look()
        return self._size - len(self._data)

    def _look(self) -> None:
        if self._gone:
            raise _CardError("it is gone")

    def read(self, frames: int) -> tuple[np.ndarray, bool]:
        assert frames <= len(self._data), "it would have waited"
        data, self._data = self._data[:frames], self._data[frames:]
        return np.stack([data, np.full(frames, -1, np.float32)], axis=1), False

    def write(self, data: np.ndarray) -> bool:
        assert len(data) <= self.write_available, "it would have waited"
        np.testing.assert_array_equal(data[:, 0], data[:, 1])
        self._data = np.concatenate([self._data, data[:, 0]])
        return False

    def move(self) -> tuple[float, np.ndarray]:
        """Move a chunk."""
        frames, when = round(self.card.chunk * self.card.rate), self.next_call
        self.next_call += frames / (self.card.rate * (1 + self.card.ppm * 1e-6))
        if isinstance(self.line, Capture):
            self._data = np.concatenate([self._data, self.captured(when, frames)])
            return when, self._data
        out, self._data = self._data[:frames], self._data[frames:]
        return when, np.concatenate([out, np.zeros(frames - len(out), np.float32)])


@dataclass
class World:
    """Time, the two cards, and what the speaker has played. `blocking`: they are read and
    written."""

    blocking: bool = False
    now: float = 100.0
    microphone: Card = field(default_factory=Card)
    speaker: Card = field(default_factory=Card)
    played: list[tuple[float, int, np.ndarray]] = field(default_factory=list, repr=False)
    """Chunks of the speaker: when, at which rate (Hz), and the first channel's frames."""
    asked: list[float] = field(default_factory=list)
    """Latencies (s) that were asked of the drivers, in turn."""
    tasks: list[Callable[[], None]] = field(default_factory=list, repr=False)
    """What was to run in the background and has not run yet."""
    _running: list[_Running] = field(default_factory=list, repr=False)

    def open_line(
        self, kind: type[AudioStream], _wanted: object, latency: float, rate: int | None
    ) -> AudioStream:
        self.asked.append(latency)
        card = self.microphone if kind is Capture else self.speaker
        if card.missing:
            raise DeviceError("It is not there.")
        line = _KINDS[kind, self.blocking](
            DeviceInfo(0, "card", "simulated", 2, 2, True, True), card.rate
        )
        first = self.now + card.chunk
        if self.blocking:
            line.start(_Polled(card, line, first, latency=latency + line.more_latency))
        else:
            line.start(_Running(card, line, first))
        self._running.append(line._stream)
        opened: AudioStream = line
        return opened

    def advance(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass, with all callbacks that fall into it, or less if `until` becomes true."""
        end = self.now + seconds
        while not until():
            alive = [one for one in self._running if not (one.closed or one.card.frozen)]
            one = min(alive, key=lambda one: one.due, default=None)
            if one is None or one.due > end:
                self.now = end
                return
            self.now = max(self.now, one.due)
            self._call_back(one)

    def delay_microphone(self, seconds: float) -> None:
        """Let the microphone's callbacks come late, once, and then all at a time."""
        for one in self._running:
            if isinstance(one.line, Capture):
                one.not_before = self.now + seconds

    def glitch(self, direction: str) -> None:
        """Let the driver of that direction report a gap."""
        for one in self._running:
            if one.line.direction == direction and not one.closed:
                one.line.glitches += 1

    def hang(self, seconds: float) -> None:
        """Let time pass while nothing runs at all, not even callbacks: they come late."""
        self.now += seconds

    def run_tasks(self) -> None:
        """Run what was to run in the background."""
        while self.tasks:
            self.tasks.pop(0)()

    def _call_back(self, one: _Running) -> None:
        when, frames = one.move()
        if isinstance(one.line, Playback):
            self.played.append((when, one.card.rate, frames))


_KINDS: dict[tuple[type[AudioStream], bool], Callable[..., Any]] = {
    (Capture, False): CallbackCapture,
    (Capture, True): BlockingCapture,
    (Playback, False): CallbackPlayback,
    (Playback, True): BlockingPlayback,
}


class _Event:
    """Like `threading.Event`, but waiting makes the world go on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._set = False

    def set(self) -> None:
        self._set = True

    def clear(self) -> None:
        self._set = False

    def is_set(self) -> bool:
        return self._set

    def wait(self, timeout: float) -> bool:
        self._world.advance(max(timeout, 1e-6), self.is_set)  # time never stands still
        return self._set


class _Done:
    def join(self, timeout: float) -> None:
        pass

    def is_alive(self) -> bool:
        return False


@pytest.fixture(params=["callback", "blocking"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which `SoundCard` runs on simulated cards, of one kind and of the other."""
    world = World(blocking=request.param == "blocking")

    def in_background(task: Callable[[], None]) -> _Done:
        world.tasks.append(task)
        return _Done()

    for module in (microphone, speaker, stream, callback_stream, blocking_stream):
        monkeypatch.setattr(module, "perf_counter", lambda: world.now)
    for module in (reconnecting, callback_stream):
        monkeypatch.setattr(module, "Event", lambda: _Event(world))
    for module in (device, reconnecting):
        monkeypatch.setattr(module, "in_background", in_background)
    monkeypatch.setattr(portaudio, "library", lambda: SimpleNamespace(PortAudioError=_CardError))
    for module in (stream, blocking_stream):
        monkeypatch.setattr(module, "sleep", world.advance)
    monkeypatch.setattr(stream, "open_lines", set())
    monkeypatch.setattr(reconnecting, "open_line", world.open_line)
    monkeypatch.setattr(reconnecting, "refresh_if_idle", lambda: None)
    return world


class Talk:
    """A coach that numbers its blocks: block n, from 0 on, is full of the value n + 1."""

    def __init__(self, world: World, device: SoundCard) -> None:
        self._world, self._device = world, device
        self._ended: list[float] = []
        self.heard: list[np.ndarray] = []

    def go(self, seconds: float) -> None:
        """Exchange that many seconds of blocks."""
        for _ in range(round(seconds * 50)):
            out = np.full(self._device.block, len(self.heard) + 1, np.float32)
            self.heard.append(self._device.process_block(out))
            self._ended.append(self._world.now)

    def captured(self, block: int) -> np.ndarray:
        """When the samples of a block from the microphone were captured, shape (320,). Wrong near
        full seconds."""
        fraction = self.heard[block]
        return fraction + np.round(self._ended[block] - 0.1 - fraction)

    def round_trip(self, block: int) -> float:
        """Seconds in the stream between handing over a block and hearing the moment when it was
        played."""
        played_at = self._played_at(block)
        times = np.concatenate([self.captured(later) for later in range(block, block + 20)])
        return float(np.interp(played_at, times, np.arange(len(times)) / 16_000))

    def _played_at(self, block: int) -> float:
        for when, rate, frames in self._world.played:
            where = np.flatnonzero(frames == block + 1)
            if len(where):
                return float(when + where[0] / rate)
        raise AssertionError(f"block {block} was not played")
