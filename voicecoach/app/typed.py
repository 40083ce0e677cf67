"""Run a session by typed lines, in real time or fast.

The lines come from a terminal in real time, or from a file or a pipe.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterable
from typing import Protocol, TextIO

import numpy as np

from voicecoach.core.audio import Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.speech import Endpoint, Hypothesis
from voicecoach.engine.coach import Coach

FAST_RATE = 16_000
"""Sample rate (Hz) of a session that nobody hears."""

THINKING = 1.0
"""Seconds that pass before each line of a fast session."""

WIND_DOWN = 30.0
"""Most seconds that a fast session goes on after its last line, to finish what is being said."""

LONGEST = 3600.0
"""Most seconds that one line may let pass: an hour takes some seconds."""

_WAITING = re.compile(r"\+(\d{1,9}(?:\.\d*)?)(?:\s+(.*))?")


class Clock(Protocol):
    """Define a sound card or its substitute, which sets the pace of the session."""

    def process_block(self, out: Samples) -> Samples:
        """Play a block; the microphone's block."""


def hear_typed(coach: Coach, text: str) -> None:
    """Let the coach take a typed line as an utterance."""
    coach.hear(Hypothesis(text, coach.now, coach.now, coach.now, endpoint=Endpoint.TYPED))


def run_fast(coach: Coach, lines: Iterable[str]) -> None:
    """Run a session as fast as it can be computed.

    A line `+12.5 next` lets 12.5 seconds pass first, one without `+` one second.
    """
    coach.begin()
    for number, line in enumerate(lines, 1):
        seconds, text = _parse(
            line.removeprefix("\ufeff").strip(), number
        )  # Windows marks UTF-8 so
        _pass(coach, seconds)
        if coach.finished:
            return
        if text:
            hear_typed(coach, text)
    until = coach.now + WIND_DOWN
    while coach.busy and not coach.finished and coach.now < until:
        _pass(coach, 0.1)


def run_at_terminal(coach: Coach, clock: Clock, lines: TextIO) -> None:
    """Run a session in real time, until the end of the input.

    A typed line is taken at once.
    """
    typed: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in lines:
            typed.put(line.strip())
        typed.put(None)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    coach.begin()
    out = np.zeros(coach.block, dtype=np.float32)
    while not coach.finished:
        out = coach.process_block(clock.process_block(out))
        while not typed.empty():
            line = typed.get()
            if line is None:
                return
            if line:
                hear_typed(coach, line)


def _parse(line: str, number: int) -> tuple[float, str]:
    if not line.startswith("+"):
        return THINKING, line
    match = _WAITING.fullmatch(line)
    seconds = float(match[1]) if match else None
    if match is None or seconds is None or seconds > LONGEST:
        raise VoicecoachError(
            f"line {number}: {line[:40]!r} should be + with at most {LONGEST:.0f} seconds, a blank and a command, "
            "such as: +10 next"
        )
    return seconds, match[2] or ""


def _pass(coach: Coach, seconds: float) -> None:
    silence = np.zeros(320, dtype=np.float32)
    until = coach.now + seconds
    while coach.now < until and not coach.finished:
        coach.process_block(silence)
