"""Measure how soon the coach is silent after "stop" or "pause".

The commands are said while the coach reads aloud, in a room with its echo.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from barge_in import commands_over_prompts, texts_and_rooms
from lib.corpus import recordings, subset
from lib.hearing import meaning, the_app
from lib.mixing import read, speech_end
from lib.sets import Selection
from lib.talking import RATE, WARM_UP, Reader, Scene, in_any_state
from voicecoach.audio.echo.control import make_echo_control
from voicecoach.content.library import Library
from voicecoach.content.lines import Lines
from voicecoach.core.actions import Action, StopAudio
from voicecoach.core.speech import Hypothesis
from voicecoach.core.understanding import Command
from voicecoach.engine.coach import Coach, LogEvent
from voicecoach.engine.hearing import Block, Hearing
from voicecoach.playback.clip_source import EagerSource
from voicecoach.simulation.room import EchoPaths, Room

AT_ONCE = ("stop", "pause")

ECHO_DB = -10.0
"""Level of the coach at the microphone, against the user: as from a laptop two metres away."""

ANSWER = 2.0
"""Seconds after a command in which it counts as heard."""

QUIET_DBFS = -50.0
"""Level of a block of the loudspeaker under which it is silent."""


@dataclass(frozen=True, slots=True)
class Hushed:
    """Hold how soon a command over the coach's voice silenced it.

    Two times (s) count from the command's end: that of the decision, None if there was none; and
    that of the coach's silence, negative if it had broken off before. Computing is in both.
    `until_then`: it spoke until the decision, and nothing that the sound card still had of it was
    played.
    """

    decided: float | None
    silent: float
    until_then: bool


class Hushing(Reader):
    """Reads aloud until a command comes."""

    def __init__(self, library: Library, lines: Lines, texts: Iterator[str]):
        super().__init__(library, lines, texts)
        self.stopped = False

    def command(self, command: Command, position: float | None = 0.0) -> list[Action]:  # noqa: ARG002
        """Be silent."""
        self.stopped = True
        return [StopAudio()]

    def script_finished(self) -> list[Action]:
        """Go on to the next text."""
        return [] if self.stopped else super().script_finished()


class Timed(Hearing):
    """Hearing whose last block is timed."""

    took = 0.0

    def feed(self, block: Block) -> list[Hypothesis]:
        """See Hearing."""
        began = time.perf_counter()
        found = super().feed(block)
        self.took = time.perf_counter() - began
        return found


def hushes(chosen: Selection) -> list[Scene]:
    """Return rooms in which one of these commands is said over the coach's reading."""
    texts, rooms = texts_and_rooms(chosen)
    found = [
        one
        for name in ("words", "voices")
        for one in recordings(chosen.data / name)
        if one.text in AT_ONCE
    ]
    some = subset(found, chosen.limit, chosen.seed)
    return list(commands_over_prompts("hush", ECHO_DB, some, texts, rooms, chosen, in_a_scene=1))


def flush(scene: Scene) -> list[Hushed]:
    """Play a scene."""
    app = the_app(None)
    (command,) = scene.commands
    room = Room(RATE, scene.settings, EchoPaths(*(read(path) for path in scene.ways)))
    hearing = Timed(app.utterance_detector(), make_echo_control())
    log: list[LogEvent] = []
    with app.synthesizer(RATE) as voice:
        reader = Hushing(app.library, app.lines, iter([*scene.texts] * 3))
        coach = Coach(RATE, reader, EagerSource(voice, RATE), in_any_state, hearing)
        coach.listeners.append(log.append)
        coach.begin()
        out = np.zeros(coach.block, dtype=np.float32)
        loud: list[float] = []
        ended, took, decided, flushed = np.inf, 0.0, None, np.inf
        while coach.now < ended + ANSWER:
            if ended == np.inf and coach.now >= WARM_UP:
                ended = room.now + speech_end(read(command.path))
                room.user_says(read(command.path))
            out = coach.process_block(room.process_block(out))
            if reader.stopped and decided is None:
                took = hearing.took
                decided = coach.now + took - ended
                flushed = coach.now
            if 10 * np.log10(float(np.mean(np.square(out))) + 1e-12) > QUIET_DBFS:
                loud.append(coach.now)
            if reader.stopped and coach.now > ended + ANSWER / 2:
                break
    obeyed = [
        meaning(str(one.data["intent"]), {}) for one in log if one.data.get("verdict") == "accept"
    ]
    if obeyed != [command.expected]:
        decided = None
    return [Hushed(decided, max(loud) + took - ended, max(loud) >= flushed)]
