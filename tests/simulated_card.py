"""A sound card in simulated time: real rings, streams and sides, but no PortAudio, no thread and no waiting.

Two cards call back as PortAudio would, each by its own clock. The microphone hears the time: its samples are the
fraction of the second in which they are captured, so that every sample heard tells when that was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from voicecoach.audio import device, microphone, sides, speaker, streams
from voicecoach.audio.device import Device
from voicecoach.audio.portaudio import DeviceError, DeviceInfo
from voicecoach.audio.streams import Capture, Line


@dataclass
class Card:
    """How a device behaves. `ppm`: its clock runs fast; `chunk` (s): how much a callback moves."""

    rate: int = 48_000
    ppm: float = 0.0
    chunk: float = 0.015
    frozen: bool = False
    """It calls back no more, and says nothing."""
    missing: bool = False
    """It cannot be opened."""


@dataclass
class _Running:
    card: Card
    line: Line
    next_call: float
    not_before: float = 0.0
    closed: bool = False
    latency = 0.06

    @property
    def due(self) -> float:
        return max(self.next_call, self.not_before)

    def start(self) -> None:
        self.closed = False

    def abort(self) -> None:
        self.closed = True

    def close(self) -> None:
        self.line.finished()


@dataclass
class World:
    """Time, the two cards, and what the speaker has played."""

    now: float = 100.0
    microphone: Card = field(default_factory=Card)
    speaker: Card = field(default_factory=Card)
    played: list[tuple[float, int, np.ndarray]] = field(default_factory=list, repr=False)
    """Callbacks of the speaker: when, at which rate (Hz), and the first channel's frames."""
    asked: list[float] = field(default_factory=list)
    """Latencies (s) that were asked of the drivers, in turn."""
    tasks: list[Callable[[], None]] = field(default_factory=list, repr=False)
    """What was to run in the background and has not run yet."""
    _running: list[_Running] = field(default_factory=list, repr=False)

    def open_line(self, kind: type, _wanted: object, latency: float, rate: int | None) -> Line:
        self.asked.append(latency)
        card = self.microphone if kind is Capture else self.speaker
        if card.missing:
            raise DeviceError("It is not there.")
        line = kind(DeviceInfo(0, "card", "simulated", 2, 2, True, True), card.rate)
        line.start(_Running(card, line, self.now + card.chunk))
        self._running.append(line._stream)
        return line

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
        card, frames = one.card, round(one.card.chunk * one.card.rate)
        data = np.full((frames, 2), -1, np.float32)  # whatever was in memory
        if isinstance(one.line, Capture):
            data[:, 0] = (one.next_call + np.arange(-frames, 0) / (card.rate * (1 + card.ppm * 1e-6))) % 1
        one.line.callback(
            data, frames, SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0, outputBufferDacTime=0.0), 0
        )
        if not isinstance(one.line, Capture):
            np.testing.assert_array_equal(data[:, 0], data[:, 1])
            self.played.append((one.next_call, card.rate, data[:, 0]))
        one.next_call += frames / (card.rate * (1 + card.ppm * 1e-6))


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


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which `Device` runs on simulated cards."""
    world = World()

    def in_background(task: Callable[[], None]) -> _Done:
        world.tasks.append(task)
        return _Done()

    for module in (microphone, speaker, streams):
        monkeypatch.setattr(module, "perf_counter", lambda: world.now)
    for module in (sides, streams):
        monkeypatch.setattr(module, "Event", lambda: _Event(world))
    for module in (device, sides):
        monkeypatch.setattr(module, "in_background", in_background)
    monkeypatch.setattr(streams, "sleep", world.advance)
    monkeypatch.setattr(streams, "_open_lines", set())
    monkeypatch.setattr(sides, "open_line", world.open_line)
    monkeypatch.setattr(sides, "refresh_if_idle", lambda: None)
    return world


class Talk:
    """A coach that numbers its blocks: block n, from 0 on, is full of the value n + 1."""

    def __init__(self, world: World, device: Device) -> None:
        self._world, self._device = world, device
        self._ended: list[float] = []
        self.heard: list[np.ndarray] = []

    def go(self, seconds: float) -> None:
        """Exchange that many seconds of blocks."""
        for _ in range(round(seconds * 50)):
            out = np.full(self._device.block, len(self.heard) + 1, np.float32)
            self.heard.append(self._device.exchange(out))
            self._ended.append(self._world.now)

    def captured(self, block: int) -> np.ndarray:
        """When the samples of a block from the microphone were captured, shape (320,). Wrong near full seconds."""
        fraction = self.heard[block]
        return fraction + np.round(self._ended[block] - 0.1 - fraction)

    def round_trip(self, block: int) -> float:
        """Seconds in the stream between handing over a block and hearing the moment when it was played."""
        played_at = self._played_at(block)
        times = np.concatenate([self.captured(later) for later in range(block, block + 20)])
        return float(np.interp(played_at, times, np.arange(len(times)) / 16_000))

    def _played_at(self, block: int) -> float:
        for when, rate, frames in self._world.played:
            where = np.flatnonzero(frames == block + 1)
            if len(where):
                return float(when + where[0] / rate)
        raise AssertionError(f"block {block} was not played")
