"""Define what the recogniser heard."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Endpoint(StrEnum):
    """Say what ended an utterance."""

    SILENCE = "silence"
    """The voice-activity detector heard enough silence."""
    RECOGNIZER = "recognizer"
    """The recogniser heard enough silence; the detector did not."""
    LENGTH = "length"
    """The utterance reached the greatest length."""
    INPUT = "input"
    """The recording ended."""
    TYPED = "typed"
    """The user typed the text."""


@dataclass(frozen=True, slots=True)
class Word:
    """Hold one recognised word with its times (s)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Hold a less probable text of an utterance."""

    text: str
    behind_nats: float
    """How much less probable than the best text it is, acoustics and grammar together."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Hold what the recogniser made of one utterance. Times are seconds of the audio clock."""

    text: str
    speech_start: float
    speech_end: float
    decided_at: float
    words: tuple[Word, ...] = ()
    endpoint: Endpoint = Endpoint.SILENCE
    alternatives: tuple[Alternative, ...] = ()
    """Other possible texts, the most probable first."""
    echo_suspect: bool = False
    """Whether it was heard over the coach before anything was known of the coach's echo, and may be
    that echo."""
    over_coach: bool = False
    """Whether the coach spoke at the same time, and the utterance does not clearly exceed the
    residual echo, or little is known of the echo."""
    computing: float = 0.0
    """Seconds that hearing and understanding the last block took; 0 where time is simulated."""
    echo_reduction_db: float | None = 0.0
    """How much of its level turned out afterwards to be the coach's echo; None where that is
    unknown."""
    learning: bool = False
    """Whether it began before the echo canceller had converged."""
    continues: bool = False
    """Whether it includes the previous utterance, which had been decided before the user went
    on."""
    alone: Hypothesis | None = None
    """The part after the previous utterance, recognised by itself."""
    prominence_db: float = math.inf
    """Mean excess of its loudest chunks over the residual echo."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Say when an utterance is decided, and what still belongs to it afterwards."""

    end_silence_s: float
    """Silence after the last word after which the utterance is decided."""
    merge_window_s: float = 0.0
    """Time after the last word within which further speech continues the utterance."""
