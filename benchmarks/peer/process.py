"""Run a peer in a process of its own, to measure its memory and processor time.

What it is made from goes in, and then recordings; its results come out with their times and costs.
Its clock is a microphone's: a block is there once it has been recorded, and is heard once all
before it have been heard. A block takes the lesser of its time on the clock and its processor time:
the other load of the machine is not the peer's fault, and work in two threads takes half as long.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import psutil

from peer.base import AbsentError, Peer, Setup, made
from voicecoach.core.audio import BLOCK_SECONDS, HEARING_RATE, Samples
from voicecoach.core.errors import VoicecoachError
from voicecoach.core.understanding import Understanding

BLOCK = round(HEARING_RATE * BLOCK_SECONDS)

_BENCHMARKS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Decision:
    """Hold what was understood, and two times (s).

    They are when the block that decided it had been recorded, and when the peer was done with it.
    """

    understood: Understanding
    came: float
    done: float


@dataclass(frozen=True, slots=True)
class Listened:
    """Hold a peer's decisions in a recording of `seconds`, and their cost.

    The cost is the processor time (s), and the memory (bytes) of its own afterwards.
    """

    decisions: tuple[Decision, ...]
    seconds: float
    processor: float
    memory: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A peer is there, after so many `seconds`; or it is not, and `missing` says why."""

    seconds: float = 0.0
    missing: str = ""


class Child:
    """Control the peer whose class is `where` from the parent process.

    Raises AbsentError where something of it is missing.
    """

    def __init__(self, name: str, where: str, setup: Setup):
        self._name = name
        paths = (str(_BENCHMARKS), str(_BENCHMARKS.parent), os.environ.get("PYTHONPATH", ""))
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "peer", where],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        try:
            ready = self._asked(setup)
            assert isinstance(ready, Ready)
            if ready.missing:
                raise AbsentError(ready.missing)
        except BaseException:
            self._end()
            raise
        self.seconds = ready.seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def hear(self, sound: Samples) -> Listened:
        """Let it hear a recording (16 kHz mono)."""
        listened = self._asked(sound)
        assert isinstance(listened, Listened)
        return listened

    def _asked(self, question: object) -> object:
        assert self._process.stdin
        assert self._process.stdout
        try:
            _send(self._process.stdin, question)
            return pickle.load(self._process.stdout)
        except (EOFError, BrokenPipeError):
            raise VoicecoachError(
                f"the process of {self._name} has ended by itself; its last words are above"
            ) from None

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def _send(to: IO[bytes], what: object) -> None:
    pickle.dump(what, to)
    to.flush()


def serve(where: str) -> None:
    """Make a peer in the child process, and let it hear until the input ends."""
    questions = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(
        sys.stderr.fileno(), sys.stdout.fileno()
    )  # what libraries print must not get among the answers
    setup = pickle.load(questions)
    began = time.perf_counter()
    try:
        peer = made(where, setup)
    except AbsentError as missing:
        _send(answers, Ready(missing=str(missing)))
        return
    _send(answers, Ready(time.perf_counter() - began))
    while True:
        try:
            sound = pickle.load(questions)
        except EOFError:
            return
        _send(answers, listened(peer, sound))


def listened(peer: Peer, sound: Samples) -> Listened:
    """Let `peer` hear a recording, block by block."""
    decisions: list[Decision] = []
    processor = _Stopwatch()
    ears = peer.hear(
        sound[start : start + BLOCK] for start in range(0, len(sound) - BLOCK + 1, BLOCK)
    )
    done, watch = 0.0, _Stopwatch()
    for number, understood in enumerate(ears, start=1):
        came = number * BLOCK_SECONDS
        done = max(done, came) + min(watch.seconds())
        decisions += [Decision(one, came, done) for one in understood]
        watch = _Stopwatch()
    _, worked = processor.seconds()
    memory = psutil.Process().memory_full_info().uss
    return Listened(tuple(decisions), len(sound) / HEARING_RATE, worked, memory)


class _Stopwatch:
    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def seconds(self) -> tuple[float, float]:
        """Return the seconds on the clock and of the processor since it was made."""
        return time.perf_counter() - self._clock, time.process_time() - self._processor
