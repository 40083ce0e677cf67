"""Simulate a coach that never stops talking, and record what it hears."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import numpy as np

from lib.cancellers import CANCELLERS, WITHOUT_TEXT
from lib.hearing import Meaning, meaning, the_app
from lib.mixing import read
from voicecoach.audio.echo.control import EchoControl
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.actions import Action, Play
from voicecoach.core.audio import HEARING_RATE, Samples
from voicecoach.core.script import Cue, Script
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Command, Understanding
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Hearing
from voicecoach.playback.clip_source import EagerSource
from voicecoach.session.session import Session
from voicecoach.simulation.room import BLOCK, EchoPaths, Room, RoomSettings
from voicecoach.turns.self_speech import is_own_voice

RATE = 48_000
"""Rate (Hz) of the simulated loudspeaker."""

WARM_UP = 6.0
"""Seconds for which the coach talks before anybody else does."""

BETWEEN = 3.0
"""Seconds between two commands: time to decide, and for the echo's way to be learnt again."""

ANSWER = 2.0
"""Seconds after a command in which it counts as heard."""


LONGEST_READ = 30.0
"""Seconds that a text is read for at most. Without a canceller the coach may take its own first
word for somebody's, break off and begin again, for ever."""


class Reader(Session):
    """Reads texts aloud, one after the other, whatever is said to it."""

    def __init__(self, library: Library, lines: Lines, texts: Iterator[str]):
        super().__init__(library, lines)
        self._texts = texts
        self.ended = False

    def greet(self, *, half_duplex: bool = False) -> list[Action]:  # noqa: ARG002
        """Begin."""
        return self.script_finished()

    def script_finished(self) -> list[Action]:
        """Go on to the next text."""
        text = next(self._texts, None)
        self.ended = text is None
        return [] if text is None else [Play(Script((Cue(text),)))]

    def command(self, command: Command, position: float | None = 0.0) -> list[Action]:  # noqa: ARG002
        """Read on: it is the log that tells what would be obeyed."""
        return []

    def unclear(self, understanding: Understanding, position: float | None = 0.0) -> list[Action]:  # noqa: ARG002
        """Read on."""
        return []


@dataclass(frozen=True, slots=True)
class Spoken:
    """A command to be said: its recording, and what it means."""

    path: Path
    expected: Meaning


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold a room, and what happens in it.

    `ways` are the recordings of impulse responses from the loudspeaker, from the user, and from the
    loudspeaker after something moved; `noise` sounds all the while. The coach reads `texts`: to the
    end, or, where there are `commands`, over and over until all of them have been said. `canceller`
    is one of CANCELLERS; after `warm_up` seconds somebody else speaks for the first time.
    """

    name: str
    settings: RoomSettings
    ways: tuple[Path, Path, Path]
    texts: Sequence[str]
    commands: Sequence[Spoken] = ()
    noise: Path | None = None
    noise_dbfs: float = -50.0
    canceller: str = "all"
    warm_up: float = WARM_UP


@dataclass(slots=True)
class Heard:
    """Hold the results of a scene: what was obeyed for each command, and what else.

    `late` counts the commands that were obeyed after more than ANSWER; `barge_ins` are the times
    the coach lowered its voice; `echo_seconds` is the processor time of the echo canceller.
    `before` and `after` are the energies of the microphone before and after the canceller, while
    the coach spoke, from WARM_UP on.
    """

    obeyed: list[list[Meaning]] = field(default_factory=list)
    self_triggers: list[str] = field(default_factory=list)
    late: int = 0
    barge_ins: int = 0
    seconds: float = 0.0
    echo_seconds: float = 0.0
    before: float = 0.0
    after: float = 0.0


class _Timed:
    """An echo control whose time is taken, and what it takes out."""

    def __init__(self, inner: EchoControl):
        self._inner = inner
        self.name, self.full_duplex = inner.name, inner.full_duplex
        self.seconds = 0.0
        self.before = self.after = 0.0
        self._blocks = 0

    @property
    def residual(self) -> float:
        """See EchoControl."""
        return self._inner.residual

    @property
    def delays(self) -> tuple[float, float]:
        """See EchoControl."""
        return self._inner.delays

    @property
    def learning(self) -> bool:
        """See EchoControl."""
        return self._inner.learning

    @property
    def settled(self) -> bool:
        """See EchoControl."""
        return self._inner.settled

    def unplayed(self, seconds: float) -> None:
        """See EchoControl."""
        self._inner.unplayed(seconds)

    def echo_reduction_db(self, since: float, until: float) -> float | None:
        """See EchoControl."""
        began = time.process_time()
        found = self._inner.echo_reduction_db(since, until)
        self.seconds += time.process_time() - began
        return found

    def process(self, near: Samples, far: Samples, *, speaking: bool) -> Samples:
        """See EchoControl."""
        began = time.process_time()
        clean = self._inner.process(near, far, speaking=speaking)
        self.seconds += time.process_time() - began
        self._blocks += 1
        if speaking and self._blocks * BLOCK > WARM_UP * HEARING_RATE:
            self.before += float(near @ near)
            self.after += float(clean @ clean)
        return clean


class _Stage:
    """A coach in a room, block by block."""

    def __init__(self, scene: Scene):
        app = the_app(None)
        self._room = Room(RATE, scene.settings, EchoPaths(*(read(path) for path in scene.ways)))
        self._noise = read(scene.noise) * _factor(scene) if scene.noise else None
        self._out = np.zeros(round(RATE * BLOCK / HEARING_RATE), dtype=np.float32)
        self._frame = 0
        self._lowered = False
        self._last = (-np.inf, -np.inf)
        self.echo = _Timed(CANCELLERS[scene.canceller]())
        self.ear = app.utterance_detector()
        self.reader = Reader(
            app.library, app.lines, cycle(scene.texts) if scene.commands else iter(scene.texts)
        )
        self.heard = Heard()
        self.log: list[LogEvent] = []

    def perform(self, scene: Scene) -> Heard:
        """Perform the whole scene."""
        app = the_app(None)
        with app.synthesizer(RATE) as voice:
            source = EagerSource(voice, RATE)
            own_voice = _never if scene.canceller == WITHOUT_TEXT else is_own_voice
            self.coach = Coach(
                RATE, self.reader, source, in_any_state, Hearing(self.ear, self.echo), own_voice
            )
            self.coach.listeners.append(self.log.append)
            self.coach.begin()
            for command in scene.commands:
                self._say(command, BETWEEN if self.heard.obeyed else scene.warm_up)
            longest = LONGEST_READ * len(scene.texts)
            while not (scene.commands or self.reader.ended or self.coach.now > longest):
                self._wait(1.0)
            self._keep_self_triggers()
        self.heard.seconds, self.heard.echo_seconds = self.coach.now, self.echo.seconds
        self.heard.before, self.heard.after = self.echo.before, self.echo.after
        return self.heard

    def _say(self, command: Spoken, after: float) -> None:
        self._wait(after)
        self._keep_self_triggers()
        began = self._room.now
        ended = self._room.user_says(read(command.path))
        self._last = (began, ended)
        self._wait(ended + ANSWER - self._room.now)
        self.heard.obeyed.append(
            [meaning(str(one.data["intent"]), _slots(one)) for one in self._obeyed()]
        )
        self.log.clear()

    def _wait(self, seconds: float) -> None:
        for _ in range(round(seconds * HEARING_RATE / BLOCK)):
            microphone = self._room.process_block(self._out)
            if self._noise is not None:
                microphone = microphone + np.take(
                    self._noise, range(self._frame, self._frame + BLOCK), mode="wrap"
                )
            self._frame += BLOCK
            self._out = self.coach.process_block(microphone)
            self.heard.barge_ins += self.coach.lowered and not self._lowered
            self._lowered = self.coach.lowered

    def _keep_self_triggers(self) -> None:
        """Keep what was obeyed outside the time for an answer.

        These are the user's own words, decided late, or the coach's.
        """
        for one in self._obeyed():
            if self._is_the_users(one):
                self.heard.late += 1
            else:
                self.heard.self_triggers.append(str(one.data["text"]))
        self.log.clear()

    def _is_the_users(self, entry: LogEvent) -> bool:
        began, ended = self._last
        return (
            float(str(entry.data["speech_start"])) < ended
            and float(str(entry.data["speech_end"])) > began
        )

    def _obeyed(self) -> list[LogEvent]:
        return [one for one in self.log if one.kind == "heard" and one.data["verdict"] == "accept"]


def run(scene: Scene) -> Heard:
    """Play a scene to its end."""
    return _Stage(scene).perform(scene)


def in_any_state(heard: Hypothesis, _states: Collection[str]) -> Understanding:
    """Return the meaning of an utterance in any state."""
    return the_app(None).understand(heard, None)


def _never(_heard: str, _said: str) -> bool:
    return False


def _slots(entry: LogEvent) -> Mapping[str, object]:
    slots = entry.data["slots"]
    assert isinstance(slots, dict)
    return slots


def _factor(scene: Scene) -> np.float32:
    assert scene.noise is not None
    level = float(np.sqrt(np.mean(np.square(read(scene.noise), dtype=np.float64))))
    return np.float32(10 ** (scene.noise_dbfs / 20) / level)
