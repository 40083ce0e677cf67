"""Define scripts, their cues, and the events of playing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ToneName = Literal["start", "end", "heard", "unclear"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing to be played: a sentence, a number, or a tone.

    In a flow script a cue begins when the one before it has ended and its `gap` has passed. In a
    beat script its acoustic onset falls `at` seconds after the script's zero (negative: lead-in),
    whatever else happens. A `count` cue gives way when an answer is being spoken, and is dropped
    rather than played late; a `keep` cue (tones, release) never gives way: it cuts the answer
    short.
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
    """Hold cues and their timing.

    `seconds` is the length of a beat script from its zero; None makes a flow.
    """

    cues: tuple[Cue, ...] = ()
    seconds: float | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class CueStarted:
    """Report that a cue's first frame is in the block just mixed."""

    cue: Cue
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """Report that the script in the foreground has been played to its end."""

    script: Script
    at: float
