"""Define the actions that the session asks for."""

from __future__ import annotations

from dataclasses import dataclass

from voicecoach.core.script import Cue, Script
from voicecoach.core.session_events import SessionEvent


@dataclass(frozen=True, slots=True)
class Play:
    """Replace the script being played.

    `position` (s) starts a beat script there. `keep_clock` lets a beat script take over the clock
    of a beat script (a hold made longer in mid-hold), with its zero `moved` (s) later where its
    further beats lie closer together or further apart; and it lets a flow take over from a flow
    with an equal number of cues.
    """

    script: Script
    position: float = 0.0
    keep_clock: bool = False
    moved: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """Say a reply over the script.

    A flow gives way and goes on afterwards; a beat script's clock runs on.
    """

    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class StopAudio:
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
    """Log `event`; the journal remembers it."""

    event: SessionEvent


@dataclass(frozen=True, slots=True)
class Ask:
    """Wait for the answer to a question, instead of the question before.

    The question is withdrawn when nobody has answered for `patience_s` seconds after its end.
    """

    patience_s: float


@dataclass(frozen=True, slots=True)
class CloseQuestion:
    """Wait for no answer any more."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the program once everything has been said."""


Action = Play | Reply | StopAudio | Volume | OtherVoice | Note | Ask | CloseQuestion | Leave
