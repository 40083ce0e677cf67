"""Answer when the coach has not understood.

The coach says what it can hear, twice in different words, and then sounds a tone until it
understands something: nobody wants to be lectured by a machine that listens to the radio.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicecoach.core.actions import Reply
from voicecoach.core.script import Cue
from voicecoach.core.session_state import SessionState
from voicecoach.session.context import SessionContext

MOST_SAID = 2
"""Times in a row that the coach says what it can hear."""

EXPLANATIONS = {
    "help": {
        "idle": "help.idle",
        "checking": "help.checking",
        "rating": "help.rating",
        "hurting": "help.hurting",
        "comfort": "help.comfort",
        "asking": "help.asking",
        "announcing": "help.announcing",
        "positioning": "help.positioning",
        "working": "help.working",
        "resuming": "help.resuming",
        "resting": "help.resting",
        "paused": "help.paused",
    },
    "again": {
        "idle": "again.idle",
        "checking": "again.checking",
        "rating": "again.rating",
        "comfort": "again.comfort",
        "hurting": "again.hurting",
        "asking": "again.asking",
        "announcing": "again.announcing",
        "positioning": "again.positioning",
        "working": "again.working",
        "resting": "again.resting",
        "paused": "again.paused",
    },
}
"""Kind of explanation -> state -> the line that says what can be said in it."""

QUIET = (SessionState.WORKING, SessionState.ALARMED)
"""States in which a tone has to do.

A count is not to be talked over, and after a red flag nothing else matters.
"""


class Fallback:
    """Say what can be said now, and count how often in a row."""

    def __init__(self, context: SessionContext):
        self._context = context
        self._flow = context.flow
        self._times = 0

    def over(self) -> None:
        """Start counting from zero: something has been understood."""
        self._times = 0

    def answer(self, lead: str) -> None:
        """Say the line `lead` and what can be said now, or sound a tone."""
        states = self._context.states
        if self._context.state in QUIET or self._times >= MOST_SAID:
            self._flow.actions.append(Reply((Cue(tone="unclear"),)))
            return
        self._times += 1
        lines = (
            [lead, self.line("help", states)] if self._times == 1 else [self.line("again", states)]
        )
        self._flow.actions.append(Reply(tuple(map(self._flow.writer.cue, lines))))

    def line(self, kind: str, states: Sequence[str]) -> str:
        """Return the line that tells what can be said in `states`.

        `kind` is "help", or "again" for the second wording.
        """
        lines = EXPLANATIONS[kind]
        return next(lines[state] for state in reversed(states) if state in lines)


def require_exercises(context: SessionContext) -> bool:
    """Return True if exercises are being led; say so where they are not.

    None is led before the check-in is answered, nor in a pause of it.
    """
    if context.state == SessionState.CHECKING or (
        context.state == SessionState.PAUSED and context.flow.unchecked()
    ):
        context.feature(Fallback).answer("not_now")
        return False
    return context.require_routine()


def answer_not_now(context: SessionContext, intent: str) -> None:
    """Say that the command does not count in this state."""
    if intent in ("Yes", "No"):
        return
    if intent in ("Ready", "Resume") and context.state == SessionState.WORKING:
        context.flow.reply("ready.already")
    else:
        context.feature(Fallback).answer("not_now")
