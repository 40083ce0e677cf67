"""The vocabulary that the wings share: what was heard, what was meant, what is to be said, what was played.

Every class is a frozen data class without behaviour beyond reading itself. Times are seconds on the audio
clock (samples counted since the session began, divided by the sample rate) unless a name says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:  # commands that make no sound do not wait for it
    import numpy as np
    import numpy.typing as npt

Samples: TypeAlias = "npt.NDArray[np.float32]"
"""Mono audio, shape (frames,), full scale +-1."""

HEARING_RATE = 16_000
"""Sample rate (Hz) of the recogniser, the voice-activity detector and the echo canceller."""

BLOCK_SECONDS = 0.02
"""Length of one block of the coach's loop: two 10 ms frames, the unit of the echo canceller."""


class VoicecoachError(Exception):
    """A mistake that the user can mend: one clear sentence saying where and what to do."""


@dataclass(frozen=True, slots=True)
class WordGraph:
    """Sentences as an acyclic automaton over words: state -> word -> next state. State 0 is the start, a state comes
    after those that lead to it, and `final` has the states in which a sentence may end, each with the kinds of
    sentences that do."""

    arcs: tuple[Mapping[str, int], ...]
    final: Mapping[int, frozenset[str]]


# --- heard -----------------------------------------------------------------------------------------------


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
    vanished: float | None = 0.0
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


# --- meant -----------------------------------------------------------------------------------------------


class Verdict(Enum):
    """What to do with an utterance."""

    ACCEPT = "accept"
    ASK = "ask"
    """Near enough to ask back ("did you say next?"), too far to obey."""
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Command:
    """An intent with its slots, ready to be obeyed. `text` is what was heard."""

    intent: str
    slots: Mapping[str, object] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What an utterance was taken for, and why.

    `intent` and `slots` name the best candidate also where the verdict is not ACCEPT (a command that does not
    fit the state, or a near miss), so that the coach can answer it. `sentence` is the matched sentence as one
    would say it. `score` is 0..100. `caution` is how much surer (nats) than of others one has to be of the sentence,
    `expected` whether the state calls for it (it does not count in all states, but in this one), `urgent` whether to
    ask rather than to miss it.
    """

    text: str
    verdict: Verdict
    reason: str
    intent: str | None = None
    slots: Mapping[str, object] = field(default_factory=dict)
    sentence: str = ""
    score: float = 0.0
    caution: float = 0.0
    expected: bool = False
    urgent: bool = False
    then: tuple[str, ...] = ()
    """What else was said in the same breath: sentences to be understood once this one has been obeyed."""
    parts: int = 1
    """Sentences that were said in one breath, those that were taken back among them."""

    @property
    def accepted(self) -> bool:
        """Whether the coach obeys."""
        return self.verdict is Verdict.ACCEPT

    @property
    def command(self) -> Command:
        """The candidate as a command; ValueError when there is none."""
        if self.intent is None:
            raise ValueError(f"nothing was understood in {self.text!r}")
        return Command(self.intent, self.slots, self.text)


# --- said ------------------------------------------------------------------------------------------------

ToneName = Literal["start", "end", "heard", "unclear"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to be played: a sentence, a number, or a tone.

    In a flow script a cue begins when the one before it has ended and its `gap` has passed. In a beat script
    its acoustic onset falls `at` seconds after the script's zero (negative: lead-in), whatever else happens.
    A `count` cue gives way when an answer is being spoken, and is dropped rather than played late; a `keep`
    cue (tones, release) never gives way: it cuts the answer short.
    """

    text: str = ""
    tone: ToneName | None = None
    at: float = 0.0
    gap: float = 0.4
    kind: Literal["say", "count", "keep"] = "say"
    line: str = ""
    """Id of the line of content it comes from, for logs and scenarios."""


@dataclass(frozen=True, slots=True)
class Script:
    """Cues and how they are timed. `seconds` is the length of a beat script from its zero; None makes a flow."""

    cues: tuple[Cue, ...] = ()
    seconds: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """Rendered sound: mono samples at `rate` Hz; `onset` is the frame where it becomes audible."""

    samples: Samples
    rate: int
    onset: int = 0

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


# --- played ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CueStarted:
    """A cue's first frame is in the block just mixed."""

    cue: Cue
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """The script in the foreground has been played to its end."""

    script: Script
    at: float


# --- what the session wants done -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Replace the script being played. `position` (s) starts a beat script there; `keep_clock` lets a beat
    script take over from a beat script on its clock (a hold made longer in mid-hold), its zero `moved` (s) later where
    the beats behind it now lie closer together or further apart, and a flow from a flow of as many cues."""

    script: Script
    position: float = 0.0
    keep_clock: bool = False
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Say this over the script: a flow gives way and goes on afterwards; a beat's clock runs on under it."""

    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Hush:
    """Stop all sound at once; the script in the foreground is dropped."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Play everything at this level from now on."""

    decibels: float
    """Re the level of the recordings."""


@dataclass(frozen=True, slots=True)
class OtherVoice:
    """Speak with another voice as soon as it can say `texts`."""

    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth remembering happened (for the log, later the journal)."""

    kind: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leave:
    """End the program once everything has been said."""


Action = Play | Reply | Hush | Volume | OtherVoice | Note | Leave

SECOND = "second"
"""Kind of the notes that a session makes every second, for the journal alone."""


# --- what is known of the sessions before ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as the journal has it: the name of its routine, its plan (a text that only the session wing reads) and
    the number of the step that it had come to."""

    routine: str
    plan: str
    step: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How something was in the first of the sessions, and how in the last ones: a pain from 0 to 10, or the seconds for
    which `exercise` was held."""

    first: float
    last: float
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the journal tells of the sessions so far."""

    sessions: int = 0
    this_week: int = 0
    streak: int = 0
    """Days in a row with a session, up to today or yesterday."""
    pain: Comparison | None = None
    """Before the sessions, then and now."""
    relief: Comparison | None = None
    """Before and after a session, in the mean of the last ones."""
    easier: tuple[str, ...] = ()
    """Exercises (ids) that are done in a harder way than at first."""
    longer: Comparison | None = None
    """The hold that has grown most."""
