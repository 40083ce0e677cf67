"""What the recogniser heard."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word with its times (s)."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another text that an utterance may have been, less probable than its best one by `behind` nats (sound and grammar
    together)."""

    text: str
    behind: float


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What the recogniser made of one utterance, or of an unfinished one (`final` false)."""

    text: str
    speech_start: float
    speech_end: float
    decided_at: float
    words: tuple[Word, ...] = ()
    final: bool = True
    endpoint: str = "silence"
    """What ended the utterance: silence, recogniser, length, input, partial, typed."""
    alternatives: tuple[Alternative, ...] = ()
    """What else it may have been, the most probable first."""
    guarded: bool = False
    """It may well be the coach's own voice: heard over it before anything was known of its echo."""
    over_coach: bool = False
    """The coach spoke at the same time, and it does not stand out clearly of what may be left of that, or little is
    known of its echo."""
    computing: float = 0.0
    """Seconds that hearing and understanding its last block took; 0 where time is simulated."""
    echo_reduction_db: float | None = 0.0
    """How many dB of it turned out to be the coach's own voice. None where that cannot be told."""
    learning: bool = False
    """It began when it was not known yet how the coach's voice arrives."""
    continues: bool = False
    """It begins with the utterance before, which had been decided when more was said."""
    alone: Hypothesis | None = None
    """What was heard after that, by itself."""
    stands_out: float = math.inf
    """By how many dB the loudest of it stand out of what may be left of the coach's own voice."""


@dataclass(frozen=True, slots=True)
class Pause:
    """How long (s) after its last word an utterance is decided, and how long what is said after that still belongs to
    it."""

    ends: float
    joins: float = 0.0
