"""From a block of microphone to utterances: the coach's own voice taken out, and what is left heard."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Protocol

import numpy as np

from voicecoach.audio.echo import EchoControl
from voicecoach.events import BLOCK_SECONDS, Hypothesis, Samples

_LOG = logging.getLogger(__name__)

OWN_VOICE_LAG = 0.6
"""How much later (s) than expected the coach's voice may be heard: reverberation, or a delay that has just grown."""

Prepare = Callable[[Hypothesis, Collection[str]], object]
"""Does beforehand what an utterance will need in some states."""

PATIENCE = 0.008
"""Seconds that a block may take until the coach goes on without what is heard in it; nearly all take a third of it."""

BEHIND = 3.0
"""Seconds of sound that may wait to be heard; a machine that is further behind is too slow, and skips some."""


class Ear(Protocol):
    """What the coach hears with."""

    def feed(self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf) -> list[Hypothesis]:
        """Hear a block of 16 kHz mono sound, `far_end` while the coach itself sounds: at most `residual` dB of it are
        left. The utterances that it ended."""

    @property
    def hearing_speech(self) -> bool:
        """Whether somebody is speaking right now."""


class Deaf:
    """Hears nothing: for typed sessions."""

    hearing_speech = False

    def feed(self, samples: Samples, **_far: object) -> list[Hypothesis]:  # noqa: ARG002
        """Nothing."""
        return []


@dataclass(frozen=True, slots=True)
class Block:
    """A block of microphone (`near`), and what was played meanwhile (`far`); both 16 kHz mono of one length.
    `speaking`: the coach sounds, or may still be heard. `states` decide what counts as a command."""

    near: Samples
    far: Samples
    speaking: bool = False
    states: Collection[str] = ()


class Hearing:
    """Feeds `ear` what `echo` leaves of the microphone."""

    def __init__(self, ear: Ear, echo: EchoControl):
        self._ear, self._echo = ear, echo
        self._now = 0.0
        self._spoke_until = self._learnt_until = -np.inf
        self.somebody = False
        """Whether somebody speaks who is surely not the coach."""

    @property
    def full_duplex(self) -> bool:
        """Whether the user is heard while the coach speaks."""
        return self._echo.full_duplex

    @property
    def delays(self) -> tuple[float, float]:
        """How much later (s) than it was played the coach's voice may be heard: at least, and at most."""
        return self._echo.delays

    @property
    def hearing_speech(self) -> bool:
        """Whether somebody is speaking right now."""
        return self._ear.hearing_speech

    def feed(self, block: Block) -> list[Hypothesis]:
        """Hear a block; the utterances that ended."""
        speaking = block.speaking
        clean = self._echo.process(block.near, block.far, speaking=speaking)
        if speaking:
            self._spoke_until = self._now
            if self._echo.learning:
                self._learnt_until = self._now
        heard = self._ear.feed(clean, far_end=speaking, residual=self._echo.residual)
        found = [self.judged(one) for one in heard]
        self.somebody = self._ear.hearing_speech and (self._echo.settled or not speaking)
        self._now += BLOCK_SECONDS
        return found

    def judged(self, heard: Hypothesis) -> Hypothesis:
        """`heard` with what the echo control makes of it now: what was heard while the coach spoke may be its voice."""
        learning = heard.speech_start < self._learnt_until
        if heard.speech_start > self._spoke_until + OWN_VOICE_LAG:
            return replace(heard, learning=learning)
        vanished = self._echo.vanished(self._now - heard.speech_start, self._now - heard.speech_end)
        return replace(heard, learning=learning, vanished=vanished)

    def close(self) -> None:
        """Nothing to do."""


class BackgroundHearing(Hearing):
    """The same in a thread of its own, for a sound card: telling an utterance takes up to some tenths of a second, in
    which the loudspeaker must not run dry. What is heard then comes some blocks later. Whoever is to understand it can
    `prepare` here, so that it takes no time where the loudspeaker is fed. Close it in the end."""

    def __init__(self, ear: Ear, echo: EchoControl, prepare: Prepare | None = None):
        super().__init__(ear, echo)
        self._prepare = prepare
        self._blocks: queue.SimpleQueue[Block | None] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[Hypothesis | Exception] = queue.SimpleQueue()
        self._idle = threading.Event()
        self._told = False
        self._thread = threading.Thread(target=self._run, name="hearing", daemon=True)
        self._thread.start()

    def feed(self, block: Block) -> list[Hypothesis]:
        """See Hearing. Raises what went wrong in the thread."""
        self._idle.clear()
        self._blocks.put(block)
        self._idle.wait(PATIENCE)
        found = []
        while not self._found.empty():
            one = self._found.get()
            if isinstance(one, Exception):
                raise one
            found.append(one)
        return found

    def close(self) -> None:
        """End the thread."""
        self._blocks.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (block := self._blocks.get()) is not None:
            began = perf_counter()
            try:
                for heard in super().feed(self._not_too_late(block)):
                    if self._prepare:
                        self._prepare(heard, block.states)
                    self._tell(heard, perf_counter() - began)
            except Exception as error:  # a defect: it is raised where the coach is
                self._found.put(error)
                self._idle.set()
                return
            if self._blocks.empty():
                self._idle.set()

    def _tell(self, heard: Hypothesis, took: float) -> None:
        waited = 1000 * (heard.decided_at - heard.speech_end)
        _LOG.debug("%r: decided after %.0f ms of silence and %.0f ms of computing", heard.text, waited, 1000 * took)
        self._found.put(replace(heard, computing=took))

    def _not_too_late(self, block: Block) -> Block:
        """The block; with a silent microphone, which takes hardly any time, where too much has piled up."""
        if self._blocks.qsize() * BLOCK_SECONDS < BEHIND:
            return block
        if not self._told:
            self._told = True
            _LOG.warning("this machine is too slow: %.1f s of sound wait to be heard, some is skipped", BEHIND)
        return replace(block, near=np.zeros_like(block.near))
