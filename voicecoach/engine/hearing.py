"""From a block of microphone to utterances: the coach's own voice taken out, and what is left heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voicecoach.audio.echo.control import EchoControl
from voicecoach.audio.echo.far_end import FarEndReference
from voicecoach.core.audio import BLOCK_SECONDS, Samples
from voicecoach.core.speech import Hypothesis

OWN_VOICE_LAG = 0.6
"""How much later (s) than expected the coach's voice may be heard: reverberation, or a delay that has just grown."""


class SpeechListener(Protocol):
    """What the coach hears with."""

    def feed(self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf) -> list[Hypothesis]:
        """Hear a block of 16 kHz mono sound, `far_end` while the coach itself sounds: at most `residual` dB of it are
        left. The utterances that it ended."""

    @property
    def hearing_speech(self) -> bool:
        """Whether somebody is speaking right now."""

    @property
    def in_utterance(self) -> bool:
        """Whether what may be speech has begun, and has not ended."""


class NullListener:
    """Hears nothing: for typed sessions."""

    hearing_speech = False
    in_utterance = False

    def feed(self, samples: Samples, **_far: object) -> list[Hypothesis]:  # noqa: ARG002
        """Nothing."""
        return []


@dataclass(frozen=True, slots=True)
class Block:
    """A block of microphone (`near`, 16 kHz mono), and the one that the speaker was given last (`played`, at its rate);
    both BLOCK_SECONDS long. `speaking`: the coach sounds, or may still be heard. `states` decide what counts as a
    command. `left_out` (s): so much of what the speaker was given before `played`, and so much of the beginning of
    that, was not played after all."""

    near: Samples
    played: Samples
    speaking: bool = False
    states: Collection[str] = ()
    left_out: tuple[float, float] | None = None


class Hearing:
    """Feeds `ear` what `echo` leaves of the microphone."""

    def __init__(self, ear: SpeechListener, echo: EchoControl):
        self._ear, self._echo = ear, echo
        self._played: FarEndReference | None = None
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
        clean = self._echo.process(block.near, self._far(block), speaking=speaking)
        if speaking:
            self._spoke_until = self._now
            if self._echo.learning:
                self._learnt_until = self._now
        heard = self._ear.feed(clean, far_end=speaking, residual=self._echo.residual)
        found = [self.judged(one) for one in heard]
        self.somebody = self._ear.hearing_speech and (self._echo.settled or not speaking)
        self._now += BLOCK_SECONDS
        return found

    def _far(self, block: Block) -> Samples:
        """What the echo control is to take for played meanwhile, 16 kHz mono of the length of `near`."""
        if self._played is None:
            self._played = FarEndReference(round(len(block.played) / BLOCK_SECONDS))
        self._played.feed(block.played)
        if block.left_out:
            self._echo.unplayed(self._played.leave_out(*block.left_out))
        return self._played.take(len(block.near))

    def judged(self, heard: Hypothesis) -> Hypothesis:
        """`heard` with what the echo control makes of it now: what was heard while the coach spoke may be its voice."""
        if heard.alone is not None:
            heard = replace(heard, alone=self.judged(heard.alone))
        learning = heard.speech_start < self._learnt_until
        if heard.speech_start > self._spoke_until + OWN_VOICE_LAG:
            return replace(heard, learning=learning)
        echo_reduction_db = self._echo.echo_reduction_db(self._now - heard.speech_start, self._now - heard.speech_end)
        return replace(heard, learning=learning, echo_reduction_db=echo_reduction_db)

    def close(self) -> None:
        """Nothing to do."""
