"""Turn blocks of microphone into utterances, after the coach's own voice is taken out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from voicecoach.audio.echo.control import EchoControl
from voicecoach.audio.echo.far_end import FarEndReference
from voicecoach.core.audio import BLOCK_SECONDS, Samples
from voicecoach.core.speech import Hypothesis

OWN_VOICE_LAG_S = 0.6
"""The coach's voice may be heard this much later than expected: reverberation, or a grown delay."""


class SpeechListener(Protocol):
    """Detects and decodes utterances in the cleaned microphone."""

    def feed(
        self, samples: Samples, *, far_end: bool = False, residual: float = -np.inf
    ) -> list[Hypothesis]:
        """Hear a block and return the utterances that ended in it.

        Args:
            samples: 16 kHz mono.
            far_end: Whether the coach itself sounds.
            residual: Level (dB re full scale) that at most is left of the coach's voice.
        """

    @property
    def hearing_speech(self) -> bool:
        """Return True while somebody speaks."""

    @property
    def in_utterance(self) -> bool:
        """Return True from the start of possible speech to its end."""


class NullListener:
    """Hears nothing; used by typed sessions."""

    hearing_speech = False
    in_utterance = False

    def feed(self, samples: Samples, **_far: object) -> list[Hypothesis]:  # noqa: ARG002
        """Return no utterance."""
        return []


@dataclass(frozen=True, slots=True)
class Block:
    """A block of microphone and the block that the speaker was given last, BLOCK_SECONDS each."""

    near: Samples
    """Microphone, 16 kHz mono."""
    played: Samples
    """Block for the speaker, at the speaker's rate."""
    speaking: bool = False
    """Whether the coach sounds, or may still be heard."""
    states: Collection[str] = ()
    """States of the session; they decide what counts as a command."""
    left_out: tuple[float, float] | None = None
    """Seconds before `played`, and seconds at its beginning, that were flushed and never played."""


class Hearing:
    """Feeds the listener with the microphone as the echo control cleans it."""

    def __init__(self, ear: SpeechListener, echo: EchoControl):
        self._ear, self._echo = ear, echo
        self._played: FarEndReference | None = None
        self._now = 0.0
        self._spoke_until = self._learnt_until = -np.inf
        self.somebody = False
        """Whether somebody speaks who is surely not the coach."""

    @property
    def full_duplex(self) -> bool:
        """Return True if the user is heard while the coach speaks."""
        return self._echo.full_duplex

    @property
    def delays(self) -> tuple[float, float]:
        """Return the least and the greatest delay (s) from playing a sound to hearing it."""
        return self._echo.delays

    @property
    def hearing_speech(self) -> bool:
        """Return True while somebody speaks."""
        return self._ear.hearing_speech

    def feed(self, block: Block) -> list[Hypothesis]:
        """Hear a block and return the utterances that ended in it."""
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
        """Return the reference for the echo control: 16 kHz mono, as long as `near`."""
        if self._played is None:
            self._played = FarEndReference(round(len(block.played) / BLOCK_SECONDS))
        self._played.feed(block.played)
        if block.left_out:
            self._echo.unplayed(self._played.leave_out(*block.left_out))
        return self._played.take(len(block.near))

    def judged(self, heard: Hypothesis) -> Hypothesis:
        """Add the echo control's verdict to a hypothesis, which may be the coach's own voice."""
        if heard.alone is not None:
            heard = replace(heard, alone=self.judged(heard.alone))
        learning = heard.speech_start < self._learnt_until
        if heard.speech_start > self._spoke_until + OWN_VOICE_LAG_S:
            return replace(heard, learning=learning)
        since, until = self._now - heard.speech_start, self._now - heard.speech_end
        echo_reduction_db = self._echo.echo_reduction_db(since, until)
        return replace(heard, learning=learning, echo_reduction_db=echo_reduction_db)

    def close(self) -> None:
        """Do nothing; a subclass ends its thread here."""
